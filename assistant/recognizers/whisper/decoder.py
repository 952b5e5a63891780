"""The model: what was said in at most 30 s of sound, and when there is nothing to be written down."""

from __future__ import annotations

import json
import logging
import math
import os
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from assistant.audio.samples import RATE, Pcm
from assistant.languages.en.spoken_words import spoken_words
from assistant.recognizers.loudness import depth, end_of_speech
from assistant.recognizers.whisper.features import HOP, Floats, log_mel
from assistant.recognizers.whisper.sound_alikes import Rival, SoundAlikes
from assistant.recognizers.whisper.vocabulary import ANY, ENGLISH, Vocabulary
from assistant.recognizers.whisper.weights import CONFIG, MODEL, VOCABULARY, tokens
from assistant.recognizers.worker_process import RecognizerError

logger = logging.getLogger(__name__)

THREADS = 4  # at most; more are no quicker
SMALL_MB = 100  # weights of which a step is too little work to be shared: docs/speech.md has what half of the cores do
#: Whisper was trained on 30 s, whose encoding takes most of the time. So much silence after what was said is enough for
#: it to notice the end, if times are decoded too: docs/speech.md has the errors with less and with more.
SHORTEST_S, MARGIN_S, LONGEST_S = 8.0, 4.0, 30.0
#: A word that begins with the sound is often misheard. A quiet room before and after it is what recordings have.
ROOM_S, ROOM_LEVEL = 0.3, 10.0  # and its loudness, of 32767
STEP = 2 * HOP  # samples to a position of the encoder
NO_SPEECH = 0.5  # probability; 0.48 to 0.99 for noise, babble and music, up to 0.34 for speech
UNSURE = -0.8  # mean log probability of a token, above which words are believed although there seems to be no speech
#: From this probability on words are not believed at less than that: an organ's had 0.48 and -2.0, those of speech
#: from 0.3 on -0.8.
MAYBE_NO_SPEECH, UNLIKELY = 0.4, -1.5
#: Where there are so many words and more, the probability and a share of how unlikely they are tell several voices at
#: once (0.6 to 1.1) from one, in noise of 5 dB too (0.65 at most where its words are heard): docs/speech.md.
SEVERAL, SHARE, BABBLE = 5, 0.25, 0.66
#: The same where the loudness is as even as of several voices (`loudness.depth`): of many words, and of few, of which
#: speech has 0.73 at most.
SHALLOW, SHALLOW_BABBLE, SHALLOW_FEW = 0.4, 0.6, 0.75
#: Syllables of a word and how often one of them may be in it: "T-T-T-T" and "Buh-da-buh-dee-buh" are sung, or laughed.
SYLLABLES, THE_SAME = 4, 2
#: From this probability on there is no speech in a sound of whose words the model finds no end: "Aaaa", sung, had 0.27.
ENDLESS = 0.25
TOKENS, TOKENS_A_SECOND, MOST_TOKENS = 8, 6, 200  # people say 3 to 5 a second
LOOPED = 2.4  # times that a text which goes round in circles can be compressed (Radford et al. 2022, section 4.5)
LONGEST_LOOP, ROUNDS = 8, 3  # words, and how often they may be said in a row
#: Hypotheses among which the documents decide, what the likelihood of their words weighs beside the ear's own, and how
#: much better, in natural logarithms, another has to be than the ear's first choice: docs/speech.md has what was tried.
BEAM, WEIGHT, MARGIN = 5, 0.5, 1.0
#: Where at each place the next likeliest word is so much less likely, in natural logarithms, the ear is sure, and
#: nothing decides: docs/speech.md has how many are, and what it costs. RIVALS are as many of a place as are looked at.
SURE, RIVALS = 1.0, 5
SURE_OF_A_WORD = 3.0  # the same, where it is taken for no other one that sounds like it
#: The same between what was heard and what sounds like it in the documents; what another sound costs; and what a word
#: gains, since more words are always less likely.
HEARD_WEIGHT, HEARD_MARGIN, OTHER_SOUND, ANOTHER_WORD = 1.3, 2.0, 3.0, 1.0
#: What the model finds likely without hearing anything is no evidence of what was said: so much of that is taken off.
#: It is found out for the FINALISTS alone, the best otherwise: hearing UNHEARD positions of a quiet room.
HABIT, FINALISTS, UNHEARD = 0.6, 5, 50
#: A sure ear looks again, too, where the documents find a sentence so much likelier that sounds nearly the same.
PLAINLY_LIKELIER = 0.0
LEAST_PROBABILITY = 1e-9
#: Sentences that are held against the sound at a time (each takes megabytes), and positions of the encoder after it.
TOGETHER, AFTER = 8, 25
WARM_TOKENS = 4
END_S = 0.15  # before the end of speech, after which a text has come to its end


class Likelihood(Protocol):
    """Knows what is likely to be said; `sphinx.likelihood.Likelihood` is one."""

    def of(self, words: Sequence[str]) -> float:
        """Return the natural logarithm of the probability that a sentence is these words, in lower case."""

    def of_next(self, before: Sequence[str], word: str | None) -> float:
        """Return the same of a word after the last two of a sentence, or all that it begins with; None is its end."""


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """What was decoded. `no_speech` is a probability, `score` the mean log probability of a token, `total` of all.

    `shallow` says whether the sound is as even as that of several voices at once.
    """

    text: str
    finished: bool
    no_speech: float
    score: float
    total: float
    shallow: bool = False

    @property
    def is_speech(self) -> bool:
        """Whether somebody spoke, and not several at once, nor sang syllables."""
        unlikely, many = self.no_speech - SHARE * self.score, len(self.text.split()) >= SEVERAL
        if self.shallow and unlikely >= (SHALLOW_BABBLE if many else SHALLOW_FEW):
            return False
        if (many and unlikely >= BABBLE) or is_syllables(self.text):
            return False
        if self.no_speech < NO_SPEECH:
            return self.no_speech < MAYBE_NO_SPEECH or self.score > UNLIKELY
        return self.score > UNSURE and not is_loop(self.text)

    @property
    def is_doubtful(self) -> bool:
        """Whether the model lost its way: it found no end, says everything twice, or goes round in circles."""
        return not self.finished or is_twice(self.text) or is_loop(self.text)


@dataclass(frozen=True)
class Certainty:
    """How sure the ear is of its first choice: `least` is by how much a word of it is likelier than another one, in
    natural logarithms, and `sure` are the words that are likelier by SURE_OF_A_WORD."""

    least: float = 0.0
    sure: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """What the ear has to know to look again at words that it is not sure of."""

    first: Hypothesis
    encoded: Any
    opening: list[int]
    most: int
    end_s: float
    frames: int
    sure: frozenset[str]


@dataclass(frozen=True)
class Heard:
    """The ear's first choice of words, "" for sounds that are no speech; `doubt` is None where it is sure of them."""

    text: str
    doubt: Doubt | None = None


class Decoder:
    """A Whisper model: in float16 on an NVIDIA GPU where CTranslate2 can use one, else in int8 on the CPU.

    `language` is what a multilingual model hears, "auto" for whatever is spoken.
    Raises RecognizerError where CTranslate2 cannot be used, the files are not a model it reads, or it does not know the
    language.
    """

    def __init__(self, files: Mapping[str, bytes], *, threads: int = 1, language: str = ENGLISH) -> None:
        try:
            import ctranslate2
        except (ImportError, OSError) as error:
            raise RecognizerError(f"CTranslate2 cannot be used ({error}); pip install 'repartee[asr]'.") from error
        contents: dict[str, Any] = {MODEL: files[MODEL], CONFIG: files[CONFIG], VOCABULARY: files[VOCABULARY]}
        self._array = ctranslate2.StorageView.from_array
        self._model = self._on_a_gpu(ctranslate2, contents)
        self.device = "CPU" if self._model is None else "GPU"
        if self._model is None:
            try:
                self._model = ctranslate2.models.Whisper(
                    "whisper", device="cpu", compute_type="int8", intra_threads=threads, inter_threads=1, files=contents
                )
            except (RuntimeError, ValueError) as error:  # its classes for everything
                raise RecognizerError(f"The Whisper model cannot be loaded ({error}).") from error
        multilingual = bool(self._model.is_multilingual)
        if not multilingual and language not in {ENGLISH, ANY}:
            raise RecognizerError(
                f"These weights of Whisper know English alone, not '{language}'; those of whisper:base know others too."
            )
        self._vocabulary = Vocabulary(tokens(files[VOCABULARY]), multilingual=multilingual, language=language)
        self._any_language = multilingual and language == ANY
        #: What decides between hypotheses; without it the ear's first choice is kept, and no other is looked for.
        self.likelihood: Likelihood | None = None
        self._aligns = bool(json.loads(files[CONFIG]).get("alignment_heads"))
        #: What sounds like what was heard; without it only what the model itself thought of is held against each other.
        self.sound_alikes: SoundAlikes | None = None
        self._nothing: Floats | None = None  # what the encoder makes of a quiet room

    def _on_a_gpu(self, ctranslate2: Any, contents: dict[str, Any]) -> Any:
        """Return the model on a GPU that has encoded a moment of silence, None where that is not possible."""
        try:
            if not ctranslate2.get_cuda_device_count():
                return None
            if "float16" not in ctranslate2.get_supported_compute_types("cuda"):
                return None
            model = ctranslate2.models.Whisper("whisper", device="cuda", compute_type="float16", files=contents)
            # Libraries of CUDA that are missing are missed only now.
            model.encode(self._array(log_mel(np.zeros(RATE, np.int16), RATE, model.n_mels)), to_cpu=True)
        except (RuntimeError, ValueError) as error:
            logger.warning("Whisper runs on the CPU: the GPU cannot be used (%s).", error)
            return None
        return model

    def warm_up(self) -> None:
        """Do once what will be done while somebody waits: the first time of each takes half as long again.

        Raises as `hear`.
        """
        with _told():
            silence = np.zeros(RATE, np.int16)
            encoded = self._model.encode(self._array(log_mel(silence, int(SHORTEST_S * RATE), self._model.n_mels)))
            for beam in (1, BEAM):
                self._generate(encoded, self._opening(encoded), WARM_TOKENS, 0.0, beam=beam)
            if self._looks_at_sounds:
                self._log_probabilities(
                    [" ."], self._quiet(), self._vocabulary.without_times(self._opening(encoded)), HOP
                )

    def hear(self, pcm: Pcm) -> str:
        """Return what is said in int16[samples] at 16 kHz, at most 30 s; "" for sounds that are no speech.

        Raises RecognizerError where the model fails.
        """
        heard = self.first_choice(pcm)
        return heard.text if heard.doubt is None else self.reconsider(heard.doubt)

    def first_choice(self, pcm: Pcm) -> Heard:
        """Return what is probably said, as `hear`, in half of the time where the ear is not sure."""
        pcm = _in_a_room(pcm)
        said_s = len(pcm) / RATE
        with _told():
            hypothesis, doubt = self._decode(pcm, min(max(SHORTEST_S, said_s + MARGIN_S), LONGEST_S))
            if hypothesis.is_speech and hypothesis.is_doubtful:
                hypothesis, doubt = self._decode(pcm, LONGEST_S)  # as it was trained
                if not hypothesis.finished and hypothesis.no_speech >= ENDLESS:
                    return Heard("")
        return Heard(without_loops(hypothesis.text), doubt) if hypothesis.is_speech else Heard("")

    def reconsider(self, doubt: Doubt) -> str:
        """Return what is said after a second look at more hypotheses, between which the documents decide.

        Raises as `hear`.
        """
        if self.likelihood is None:  # nothing decides any more
            return without_loops(doubt.first.text)
        with _told():
            others, _ = self._generate(doubt.encoded, doubt.opening, doubt.most, doubt.end_s, beam=BEAM)
            found = without_loops(likeliest(doubt.first, others, self.likelihood).text)
            if self.sound_alikes is None or not self._looks_at_sounds:
                return found
            thought_of = [other.text for other in others if other.text and not other.is_doubtful]
            rivals = [Rival(text, 0.0) for text in dict.fromkeys(thought_of) if text != found]
            rivals += self.sound_alikes.rivals(found, self.likelihood, doubt.sure)
            return self._best_of(found, rivals, doubt, self.likelihood) if rivals else found

    @property
    def _looks_at_sounds(self) -> bool:
        """Whether sentences can be held against the sound: by weights that say how, and what was computed is here."""
        return self._aligns and self.device == "CPU"

    def _best_of(self, found: str, rivals: Sequence[Rival], doubt: Doubt, likelihood: Likelihood) -> str:
        """Return which of several sentences was said, by their sound and their words: `found`, or one that is better
        by a margin."""
        encoded = np.array(doubt.encoded)
        encoded = np.ascontiguousarray(encoded[:, : (doubt.frames * HOP) // STEP + AFTER])
        opening = self._vocabulary.without_times(doubt.opening)
        heard = self._log_probabilities([found, *(rival.text for rival in rivals)], encoded, opening, doubt.frames)
        first, *others = (
            _Sentence(rival, sound + _of_words(rival, likelihood))
            for rival, sound in zip([Rival(found, 0.0), *rivals], heard, strict=True)
        )
        best = sorted(others, key=lambda other: -other.worth)[:FINALISTS]
        texts = [first.rival.text, *(other.rival.text for other in best)]
        habits = self._log_probabilities(texts, self._quiet(), opening, 2 * UNHEARD)
        bar = first.worth - HABIT * habits[0] + HEARD_MARGIN
        worths = [other.worth - HABIT * habit for other, habit in zip(best, habits[1:], strict=True)]
        likeliest = max(range(len(best)), key=worths.__getitem__)
        return best[likeliest].rival.text if worths[likeliest] > bar else found

    def _log_probabilities(self, texts: Sequence[str], encoded: Floats, opening: list[int], frames: int) -> list[float]:
        """Return the natural logarithm of how probable each text is where float32[1, positions, size] is heard."""
        found: list[float] = []
        for start in range(0, len(texts), TOGETHER):
            tokens = [self._vocabulary.tokens(text) for text in texts[start : start + TOGETHER]]
            aligned = self._model.align(self._array(np.repeat(encoded, len(tokens), axis=0)), opening, tokens, frames)
            found += [sum(math.log(max(each, LEAST_PROBABILITY)) for each in one.text_token_probs) for one in aligned]
        return found

    def _quiet(self) -> Floats:
        """Return a quiet room as the encoder hears it, float32[1, UNHEARD, size]."""
        if self._nothing is None:
            room = _in_a_room(np.zeros(RATE // 2, np.int16))
            features = log_mel(room, int(SHORTEST_S * RATE), self._model.n_mels)
            encoded = np.array(self._model.encode(self._array(features)))
            self._nothing = np.ascontiguousarray(encoded[:, :UNHEARD])
        return self._nothing

    def _decode(self, pcm: Pcm, length_s: float) -> tuple[Hypothesis, Doubt | None]:
        said_s = len(pcm) / RATE
        features = log_mel(pcm, int(length_s * RATE) // STEP * STEP, self._model.n_mels)
        most = MOST_TOKENS if length_s >= LONGEST_S else TOKENS + int(TOKENS_A_SECOND * said_s)
        end_s = end_of_speech(pcm) / RATE - END_S
        encoded = self._model.encode(self._array(features))
        opening = self._opening(encoded)
        (first, *_), certainty = self._generate(encoded, opening, most, end_s, beam=1)
        first = replace(first, shallow=depth(pcm) < SHALLOW)
        if self.likelihood is None or not first.is_speech or first.is_doubtful:
            return first, None
        if certainty.least >= SURE and not self._is_plainly_likelier(first.text, certainty, self.likelihood):
            return first, None
        return first, Doubt(
            first=first,
            encoded=encoded,
            opening=opening,
            most=most,
            end_s=end_s,
            frames=int(said_s * RATE) // HOP,
            sure=certainty.sure,
        )

    def _is_plainly_likelier(self, text: str, certainty: Certainty, likelihood: Likelihood) -> bool:
        """Say whether the documents find something that sounds nearly the same plainly likelier than a text."""
        if self.sound_alikes is None or not self._looks_at_sounds:
            return False
        rivals = self.sound_alikes.rivals(text, likelihood, certainty.sure)
        return any(rival.gain > PLAINLY_LIKELIER for rival in rivals)

    def _generate(
        self, encoded: Any, opening: list[int], most: int, end_s: float, *, beam: int
    ) -> tuple[list[Hypothesis], Certainty]:
        """Return as many hypotheses as the beam is wide, the best first, and how sure the model is of that one.

        That is told of a beam of one alone.
        """
        # What a GPU has computed would have to come here first, and more hypotheses cost it little.
        measured = beam == 1 and self.likelihood is not None and self.device == "CPU"
        result = self._model.generate(
            encoded,
            [opening],
            beam_size=beam,
            num_hypotheses=beam,
            max_length=2 * most,  # half of it may be decoded
            return_scores=True,
            return_logits_vocab=measured,
            return_no_speech_prob=True,
        )[0]
        found = []
        for decoded, score in zip(result.sequences_ids, result.scores, strict=True):
            kept = self._until(decoded, end_s)
            found.append(
                Hypothesis(
                    text=self._vocabulary.text(kept),
                    finished=len(kept) < most,
                    no_speech=float(result.no_speech_prob),
                    score=float(score),
                    total=float(score) * (len(decoded) + 1),  # the mark of the end is one more
                )
            )
        if not measured:
            return found, Certainty()
        return found, self._certainty(self._until(result.sequences_ids[0], end_s), result.logits[0])

    def _certainty(self, decoded: Sequence[int], logits: Sequence[Any]) -> Certainty:
        """Return how sure the model is of what it decoded.

        `logits` has float32[tokens] for each token decoded. Capitals and punctuation make no other word.
        """
        margins: list[tuple[int, float]] = []
        for token, scores in zip(decoded, logits, strict=False):
            if self._vocabulary.seconds(token) is not None:
                continue
            row = np.array(scores, np.float32).reshape(-1)
            own, word = float(row[token]), _bare(self._vocabulary.text([token]))
            row[token] = -np.inf
            margin = math.inf
            for _ in range(RIVALS):
                rival = int(row.argmax())
                if _bare(self._vocabulary.text([rival])) != word:
                    margin = own - float(row[rival])
                    break
                row[rival] = -np.inf
            margins.append((token, margin))
        return Certainty(min((margin for _, margin in margins), default=math.inf), self._sure_words(margins))

    def _sure_words(self, margins: Sequence[tuple[int, float]]) -> frozenset[str]:
        """Return the words of which every token is sure, and that were not said another time with less certainty."""
        words: list[tuple[list[int], float]] = []
        for token, margin in margins:
            if words and not self._vocabulary.begins_word(token):
                tokens, least = words[-1]
                words[-1] = ([*tokens, token], min(least, margin))
            else:
                words.append(([token], margin))
        told = [(_bare(self._vocabulary.text(tokens)), least) for tokens, least in words]
        return frozenset(word for word, _ in told) - {word for word, least in told if least < SURE_OF_A_WORD}

    def _opening(self, encoded: Any) -> list[int]:
        if not self._any_language:
            return self._vocabulary.opening
        mark, _ = self._model.detect_language(encoded)[0][0]  # the likeliest, as "<|de|>"
        return self._vocabulary.opening_in(mark[2:-2])

    def _until(self, decoded: Sequence[int], end_s: float) -> Sequence[int]:
        """Leave out what the model says after the end of speech, where it is apt to say everything once more."""
        for place, token in enumerate(decoded):
            time_s = self._vocabulary.seconds(token)
            if place and time_s is not None and time_s >= end_s:
                return decoded[:place]
        return decoded


def likeliest(first: Hypothesis, others: Sequence[Hypothesis], likelihood: Likelihood) -> Hypothesis:
    """Return which of several hypotheses is what was said: `first`, unless another is likelier by a margin."""

    def worth(hypothesis: Hypothesis) -> float:
        return hypothesis.total + WEIGHT * likelihood.of(spoken_words(hypothesis.text))

    sound = [other for other in others if other.text and not other.is_doubtful]
    best = max(sound, key=worth, default=first)
    return best if worth(best) > worth(first) + MARGIN else first


@dataclass(frozen=True)
class _Sentence:
    """What may have been said, and its worth but for the model's habits."""

    rival: Rival
    worth: float


def _of_words(sentence: Rival, likelihood: Likelihood) -> float:
    """Return what the words of a sentence are worth, less what its sounds cost that are others than were heard."""
    words = HEARD_WEIGHT * likelihood.of(spoken_words(sentence.text)) + ANOTHER_WORD * len(sentence.text.split())
    return words - OTHER_SOUND * sentence.distance


def threads_here(megabytes: int) -> int:
    """Return how many threads decode one sound by weights of so many MB; small ones take half of the cores."""
    cores = os.cpu_count() or 1
    return max(1, min(cores // 2 if megabytes <= SMALL_MB else cores, THREADS))


def _in_a_room(pcm: Pcm) -> Pcm:
    """Return int16[samples] with a moment of a quiet room before and after it, where there is time for that."""
    if len(pcm) > (LONGEST_S - 2 * ROOM_S) * RATE:
        return pcm
    room = np.random.default_rng(0).normal(0, ROOM_LEVEL, int(ROOM_S * RATE)).astype(np.int16)
    return np.concatenate([room, pcm, room])


def is_twice(text: str) -> bool:
    """Say whether a text is a sentence of three or more words and the same once more."""
    words = _keys(text)
    half = len(words) // 2
    return half > 2 and len(words) % 2 == 0 and words[:half] == words[half:]


def is_loop(text: str) -> bool:
    """Say whether a text goes round in circles."""
    content = text.encode()
    return without_loops(text) != text or len(content) > LOOPED * len(zlib.compress(content))


def is_syllables(text: str) -> bool:
    """Say whether at least half of the words are the same few syllables again and again, with hyphens between them."""
    words = text.split()
    parts = [[_bare(part) for part in word.split("-") if _bare(part).isalpha()] for word in words]
    sung = [len(each) >= SYLLABLES and max(Counter(each).values()) > THE_SAME for each in parts]
    return bool(words) and 2 * sum(sung) >= len(words)


def without_loops(text: str) -> str:
    """Return a text that says nothing more than ROUNDS times in a row: of what does, the first time is left."""
    words, keys = text.split(), _keys(text)
    place = 0
    while place < len(words):
        for size in range(1, LONGEST_LOOP + 1):
            phrase, end = keys[place : place + size], place + size
            while keys[end : end + size] == phrase:
                end += size
            if end - place > ROUNDS * size:
                # What is left of a last round is as little meant as the others were.
                while end < len(words) and keys[end] == keys[end - size]:
                    end += 1
                del words[place + size : end], keys[place + size : end]
                break
        place += 1
    return " ".join(words)


def _keys(text: str) -> list[str]:
    return [_bare(word) for word in text.split()]


def _bare(word: str) -> str:
    return word.strip(".,!?").lower()


@contextmanager
def _told() -> Iterator[None]:
    """Tell what the library raises, which has classes for everything, in a sentence."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise RecognizerError(f"Whisper failed: {error}") from error
