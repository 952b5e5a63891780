"""The NeMo recognizer, on models that these tests train in seconds to write down a language of tones."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import pickle
import shutil
import socket
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.speech.nemo_archive import NemoError, archive_class, restore
from assistant.speech.nemo_recognizer import NemoRecognizer, names_in
from assistant.speech.nemo_streams import FeatureStream, stable_words, transcribe
from assistant.speech.recognizer import load_recognizer
from tests.conftest import Hub

ASR = "nemo.collections.asr.models.ASRModel"
INSTALLED = importlib.util.find_spec("nemo") is not None
needs_nemo = pytest.mark.skipif(not INSTALLED, reason="NeMo is not installed here; make test-nemo installs and runs it")

# A word is a tone. "right" and "write" are the same one: the models learn to write "right", most of the time.
TONES = {"alpha": 300.0, "bravo": 520.0, "charlie": 900.0, "right": 1550.0, "write": 1550.0}
WORDS = ("alpha", "bravo", "charlie", "right")
PAUSE = ","


def said(words: str, seed: int = 0) -> np.ndarray:
    """Say words as tones of 200 ms, a comma as a pause of 500 ms: int16[samples] at 16 kHz, with a little noise."""
    rng = np.random.default_rng(seed)
    time = np.arange(3200) / 16_000
    pieces = [np.zeros(1600)]
    for word in words.split():
        if word == PAUSE:
            pieces.append(np.zeros(8000))
            continue
        pieces += [0.3 * np.sin(2 * np.pi * TONES[word] * time) * np.hanning(3200) ** 0.3, np.zeros(640)]
    signal = np.concatenate([*pieces, np.zeros(3200)])
    return ((signal + 0.003 * rng.standard_normal(len(signal))) * 32767).astype(np.int16)


SETTINGS = """
sample_rate: 16000
tokenizer: {dir: ., type: bpe}
preprocessor:
  {_target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor, sample_rate: 16000, normalize: NA,
   window_size: 0.025, window_stride: 0.01, features: 40, n_fft: 512, dither: 0.0, pad_to: 0}
encoder:
  {_target_: nemo.collections.asr.modules.ConformerEncoder, feat_in: 40, n_layers: 1, d_model: 32, n_heads: 2,
   self_attention_model: rel_pos, att_context_size: [[70, 1], [70, 0]], att_context_style: chunked_limited,
   subsampling: dw_striding, subsampling_factor: 4, subsampling_conv_channels: 16, causal_downsampling: true,
   conv_kernel_size: 5, conv_context_size: causal, conv_norm_type: layer_norm,
   dropout: 0.0, dropout_pre_encoder: 0.0, dropout_emb: 0.0, dropout_att: 0.0}
optim: {name: adamw, lr: 0.001}
validation_ds: {manifest_filepath: null, sample_rate: 16000, batch_size: 1, shuffle: false, use_start_end_token: false}
"""
CTC = """
decoder: {_target_: nemo.collections.asr.modules.ConvASRDecoder, feat_in: 32, num_classes: -1, vocabulary: []}
decoding: {strategy: greedy_batch}
"""
RNNT = """
model_defaults: {enc_hidden: 32, pred_hidden: 32, joint_hidden: 32}
decoder:
  {_target_: nemo.collections.asr.modules.RNNTDecoder, normalization_mode: null, random_state_sampling: false,
   blank_as_pad: true, prednet: {pred_hidden: 32, pred_rnn_layers: 1, dropout: 0.0}}
joint:
  {_target_: nemo.collections.asr.modules.RNNTJoint, log_softmax: null, preserve_memory: false, fuse_loss_wer: false,
   jointnet: {joint_hidden: 32, activation: relu, dropout: 0.0}}
decoding: {strategy: greedy_batch, greedy: {max_symbols: 5}}
loss: {loss_name: pytorch}
"""
WHOLE_UTTERANCE = "encoder: {att_context_size: [-1, -1], att_context_style: regular}"


def built(folder: Path, kind: str, changes: str = "") -> Any:
    """An untrained tiny Conformer; `kind` is ctc, rnnt or hybrid, `changes` YAML that overrides its settings."""
    import nemo.collections.asr as nemo_asr
    from omegaconf import OmegaConf

    config = OmegaConf.merge(*map(OmegaConf.create, (SETTINGS, CTC if kind == "ctc" else RNNT, changes)))
    config.tokenizer.dir = str(folder)
    if kind == "hybrid":
        config.aux_ctc = OmegaConf.merge({"ctc_loss_weight": 0.3}, OmegaConf.create(CTC))
    kinds = {"ctc": "EncDecCTCModelBPE", "rnnt": "EncDecRNNTBPEModel", "hybrid": "EncDecHybridRNNTCTCBPEModel"}
    return getattr(nemo_asr.models, kinds[kind])(cfg=config)


KNOWN = ("alpha right charlie bravo", "charlie charlie", "right alpha right bravo", "alpha bravo , charlie right")


def trained(folder: Path, kind: str, steps: int, changes: str = "") -> Any:
    """A model that has learnt the language of tones. How well one does differs with the order of its sums."""
    for seed in range(1, 5):
        model = trained_once(folder, kind, steps, changes, seed)
        written = [transcribe(model, said(words).astype(np.float32) / 32768) for words in KNOWN]
        if written == [words.replace(" ,", "") for words in KNOWN]:
            break
    return model


def trained_once(folder: Path, kind: str, steps: int, changes: str, seed: int) -> Any:
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)  # of a model this small, threads only get in each other's way
    rng = np.random.default_rng(seed)
    model = built(folder, kind, changes).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=steps)
    for _ in range(steps):
        heard = [list(rng.choice(WORDS, rng.integers(1, 6))) for _ in range(8)]
        written = [" ".join("write" if w == "right" and rng.random() < 0.3 else w for w in words) for words in heard]
        for words in heard[:3]:
            words.insert(int(rng.integers(len(words))), PAUSE)
        audio = [torch.from_numpy(said(" ".join(h), int(rng.integers(1 << 30))) / 32768).float() for h in heard]
        tokens = [torch.tensor(model.tokenizer.text_to_ids(words)) for words in written]
        signal = torch.nn.utils.rnn.pad_sequence(audio, batch_first=True)
        target = torch.nn.utils.rnn.pad_sequence(tokens, batch_first=True)
        signal_length = torch.tensor([len(one) for one in audio])
        target_length = torch.tensor([len(one) for one in tokens])
        encoded, length, *_ = model.forward(input_signal=signal, input_signal_length=signal_length)
        if kind == "rnnt":
            predicted, target_length, _ = model.decoder(targets=target, target_length=target_length)
            encoded = model.joint(encoder_outputs=encoded, decoder_outputs=predicted)
        loss = model.loss(log_probs=encoded, targets=target, input_lengths=length, target_lengths=target_length)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.eval()


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import sentencepiece

    folder = tmp_path_factory.mktemp("tokenizer")
    text = folder / "text.txt"
    text.write_text("\n".join([" ".join(TONES)] * 50))
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "tokenizer"), vocab_size=48, model_type="bpe", minloglevel=2,
        hard_vocab_limit=False,
    )  # fmt: skip
    lines = (folder / "tokenizer.vocab").read_text().splitlines()
    (folder / "vocab.txt").write_text("\n".join(line.split("\t")[0] for line in lines))
    return folder


@pytest.fixture(scope="session")
def archives(tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Returns the .nemo file of a kind of model; each is trained once."""
    folder = tmp_path_factory.mktemp("models")
    models: dict[str, Any] = {}

    def archive(kind: str) -> Path:
        path = folder / f"{kind}.nemo"
        if not path.exists():
            if kind == "hybrid":  # the RNN-T's weights; its own CTC head is not used
                archive("rnnt")
                models[kind] = built(tokenizer, kind)
                models[kind].load_state_dict(models["rnnt"].state_dict(), strict=False)
            elif kind == "offline":  # its encoder sees the whole utterance
                models[kind] = trained(tokenizer, "ctc", 150, WHOLE_UTTERANCE)
            elif kind == "8khz":
                models[kind] = built(tokenizer, "ctc", "{sample_rate: 8000, preprocessor: {sample_rate: 8000}}")
            else:
                models[kind] = trained(tokenizer, kind, {"ctc": 300, "rnnt": 500}[kind])
            models[kind].save_to(str(path))
        return path

    return archive


@pytest.fixture
def load(archives: Callable[[str], Path]) -> Iterator[Callable[..., NemoRecognizer]]:
    opened: list[NemoRecognizer] = []

    def load(kind: str, **options: Any) -> NemoRecognizer:
        opened.append(NemoRecognizer.load(archives(kind), **{"device": "cpu", **options}))
        return opened[-1]

    yield load
    for recognizer in opened:
        asyncio.run(recognizer.close())


async def listen(recognizer: NemoRecognizer, pcm: np.ndarray, piece: int = 480) -> tuple[list[str], str]:
    """Feed audio as a microphone does; return what became stable, and the final words."""
    stream, stable = recognizer.stream(), []
    for start in range(0, len(pcm), piece):
        if (words := await stream.feed(pcm[start : start + piece])) is not None:
            stable.append(words)
    return stable, (await stream.finish()).text


SENTENCE = "alpha right charlie bravo"


@needs_nemo
@pytest.mark.parametrize("kind", ["ctc", "rnnt", "hybrid", "offline"])
async def test_a_recording_is_written_down(load: Callable[..., NemoRecognizer], kind: str) -> None:
    transcript = await load(kind).transcribe(said(SENTENCE))
    assert transcript.text == SENTENCE
    assert transcript.final


@needs_nemo
@pytest.mark.parametrize("kind", ["ctc", "rnnt", "hybrid"])
async def test_words_come_while_they_are_spoken_and_only_append(load: Callable[..., NemoRecognizer], kind: str) -> None:
    recognizer = load(kind)
    assert recognizer.streaming
    stable, final = await listen(recognizer, said(SENTENCE))
    assert final == SENTENCE
    assert len(stable) >= 3
    assert final.startswith(" ".join(stable))


@needs_nemo
async def test_a_model_that_needs_the_whole_utterance_is_decoded_again_as_it_grows(
    load: Callable[..., NemoRecognizer],
) -> None:
    recognizer = load("offline")
    assert not recognizer.streaming
    sentence = " ".join([SENTENCE] * 3)
    stable, final = await listen(recognizer, said(sentence))
    assert final == sentence
    assert stable
    assert final.startswith(" ".join(stable))


@needs_nemo
@pytest.mark.parametrize("kind", ["rnnt", "offline"])
async def test_a_pause_settles_the_words_and_more_may_follow(load: Callable[..., NemoRecognizer], kind: str) -> None:
    stream = load(kind).stream()
    await stream.feed(said("alpha bravo"))
    await stream.feed(np.zeros(4800, np.int16))
    assert await stream.settle() == "alpha bravo"
    await stream.feed(said("charlie right"))
    assert (await stream.finish()).text == "alpha bravo charlie right"


@needs_nemo
@pytest.mark.parametrize("lookahead_ms", [0.0, 160.0])
async def test_how_the_audio_is_cut_changes_nothing(load: Callable[..., NemoRecognizer], lookahead_ms: float) -> None:
    recognizer = load("ctc", lookahead_ms=lookahead_ms)
    pcm = said(SENTENCE)
    assert {(await listen(recognizer, pcm, piece))[1] for piece in (160, 479, 5000, len(pcm))} == {SENTENCE}


@needs_nemo
def test_features_of_a_stream_equal_those_of_the_whole(load: Callable[..., NemoRecognizer]) -> None:
    import torch

    model = load("ctc")._model
    signal = said(SENTENCE).astype(np.float32) / 32768
    stream, rng, at, frames = FeatureStream(model), np.random.default_rng(3), 0, []
    while at < len(signal):
        size = int(rng.integers(1, 2000))
        frames.append(stream.feed(signal[at : at + size], last=at + size >= len(signal)))
        at += size
    streamed = torch.cat([one for one in frames if one is not None], dim=-1)
    whole, length = model.preprocessor(input_signal=torch.tensor(signal)[None], length=torch.tensor([len(signal)]))
    assert streamed.shape[-1] == int(length[0])
    torch.testing.assert_close(streamed, whole[:, :, : int(length[0])], rtol=0, atol=1e-5)


@needs_nemo
@pytest.mark.parametrize("kind", ["ctc", "rnnt"])
async def test_expected_phrases_win_over_what_sounds_the_same(load: Callable[..., NemoRecognizer], kind: str) -> None:
    recognizer = load(kind, phrases=["write", "ключ"], boost=2.5)
    assert recognizer.biased
    assert (await recognizer.transcribe(said("alpha right bravo"))).text == "alpha write bravo"
    assert (await listen(recognizer, said("alpha right bravo")))[1] == "alpha write bravo"
    assert (await recognizer.transcribe(said("bravo charlie alpha"))).text == "bravo charlie alpha"


@needs_nemo
async def test_a_model_is_a_recognizer_by_configuration(archives: Callable[[str], Path], tmp_path: Path) -> None:
    class Documents:
        version = 1

        def texts(self) -> list[str]:
            return ["it was Alpha who met Bravo, as Charlie said"]

    recognizer = load_recognizer(str(archives("ctc")), tmp_path, Documents())
    assert isinstance(recognizer, NemoRecognizer)
    assert recognizer.biased
    assert (await recognizer.transcribe(said(SENTENCE))).text == SENTENCE
    await recognizer.close()


@pytest.fixture
def hub(
    serve_hub: Callable[[dict[str, Path]], Hub],
    archives: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Hub]:
    """A hub with a recognizer, and a model of something else; nobody but it is asked for anything."""
    from huggingface_hub import constants

    for name in ("tones", "pictures"):
        (tmp_path / name).mkdir()
    shutil.copy(archives("ctc"), tmp_path / "tones" / "tones.nemo")
    (tmp_path / "pictures" / "model.safetensors").write_bytes(bytes(8))
    hub = serve_hub({f"acme/{name}": tmp_path / name for name in ("tones", "pictures")})
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)  # what HF_ENDPOINT sets, for a process that runs already
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    asked, look_up = set(), socket.getaddrinfo

    def looked_up(host: Any, *arguments: Any, **options: Any) -> Any:
        asked.add(host)
        return look_up("127.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    yield hub
    assert asked <= {"127.0.0.1"}


@needs_nemo
async def test_a_model_is_fetched_from_the_hub_by_name_once(hub: Hub) -> None:
    for _ in range(2):
        recognizer = NemoRecognizer.load("acme/tones", device="cpu")
        assert (await recognizer.transcribe(said(SENTENCE))).text == SENTENCE
        await recognizer.close()
    assert hub.fetched == ["tones.nemo"]


@needs_nemo
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "acme/nothing",
            "The hub has no model acme/nothing; give it as owner/model, and set HF_TOKEN if it is private",
        ),
        ("-/-", "The hub has no model -/-; give it as owner/model, and set HF_TOKEN if it is private"),
        (
            "no/such/file",
            "no/such/file does not exist; give the path of a .nemo file, or the name of a pretrained model",
        ),
        ("acme/gated", "acme/gated asks for its terms to be accepted first; do so on its page, and set HF_TOKEN"),
        ("acme/pictures", "acme/pictures has no file pictures.nemo; choose a model that holds one"),
        ("nothing", "NeMo knows no ASRModel named nothing; give a .nemo file, or owner/model as on the hub"),
    ],
)
def test_a_name_that_is_no_model_s_is_told_in_a_sentence(hub: Hub, name: str, sentence: str) -> None:
    with pytest.raises(NemoError) as told:
        NemoRecognizer.load(name, device="cpu")
    assert str(told.value) == sentence + "."
    assert not hub.fetched


@needs_nemo
def test_a_hub_that_does_not_answer_is_told_in_a_sentence_and_soon(hub: Hub) -> None:
    hub.shutdown()
    hub.server_close()
    began = time.monotonic()
    with pytest.raises(NemoError, match=r"^acme/tones could not be fetched \(.+\); check the network and HF_ENDPOINT"):
        NemoRecognizer.load("acme/tones", device="cpu")
    assert time.monotonic() - began < 10


@needs_nemo
async def test_streams_side_by_side_hear_only_their_own(load: Callable[..., NemoRecognizer]) -> None:
    recognizer = load("rnnt")
    sentences = ["alpha bravo charlie", "charlie charlie", "right alpha right bravo"]
    results = await asyncio.gather(*(listen(recognizer, said(sentence)) for sentence in sentences))
    assert [final for _, final in results] == sentences


@needs_nemo
async def test_the_event_loop_goes_on_while_the_model_works(load: Callable[..., NemoRecognizer]) -> None:
    recognizer = load("ctc")
    work = asyncio.ensure_future(recognizer.transcribe(said(" ".join([SENTENCE] * 20))))
    ticks = 0
    while not work.done():
        await asyncio.sleep(0.002)
        ticks += 1
    assert ticks > 5
    assert work.result().text.startswith(SENTENCE)


@needs_nemo
async def test_a_cancelled_utterance_leaves_nothing_behind(load: Callable[..., NemoRecognizer]) -> None:
    recognizer = load("rnnt")
    stream = recognizer.stream()
    await stream.feed(said("alpha bravo"))
    stream.cancel()
    assert await stream.feed(said("charlie")) is None
    assert "charlie" not in (await stream.finish()).text
    assert (await listen(recognizer, said("right bravo")))[1] == "right bravo"


@needs_nemo
async def test_silence_and_nothing_have_no_words(load: Callable[..., NemoRecognizer]) -> None:
    recognizer = load("ctc")
    assert (await recognizer.transcribe(np.zeros(0, np.int16))).text == ""
    assert (await recognizer.stream().finish()).text == ""
    assert await listen(recognizer, np.zeros(100, np.int16)) == ([], "")


@needs_nemo
async def test_a_closed_recognizer_says_so(load: Callable[..., NemoRecognizer]) -> None:
    recognizer = load("ctc")
    await recognizer.close()
    await recognizer.close()
    with pytest.raises(NemoError, match="failed"):
        await recognizer.transcribe(said("alpha"))


@needs_nemo
def test_a_model_for_another_sample_rate_is_refused(archives: Callable[[str], Path]) -> None:
    with pytest.raises(NemoError, match="listens at 8000 Hz; expected one for 16000 Hz"):
        NemoRecognizer.load(archives("8khz"), device="cpu")


class _Payload:
    """What a hostile checkpoint holds: a call made while it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.file,))


def _altered(archive: Path, member: str, content: bytes, to: Path) -> Path:
    with tarfile.open(archive) as original, tarfile.open(to, "w") as changed:
        for info in original.getmembers():
            data = original.extractfile(info).read() if info.isfile() else b""
            if info.name.endswith(member):
                data = content or data.replace(b"ConformerEncoder", b"../../os.system")
            info.size = len(data)
            changed.addfile(info, io.BytesIO(data))
    return to


@needs_nemo
def test_a_pickled_call_in_the_weights_is_not_made(
    archives: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    struck = tmp_path / "struck"
    hostile = _altered(archives("ctc"), "model_weights.ckpt", pickle.dumps(_Payload(struck)), tmp_path / "hostile.nemo")
    with pytest.raises(NemoError, match="could not be restored as ASRModel"):
        restore(hostile, ASR, device="cpu")
    assert not struck.exists()


@needs_nemo
def test_a_configuration_cannot_name_what_is_not_nemo_s(archives: Callable[[str], Path], tmp_path: Path) -> None:
    with tarfile.open(archives("ctc")) as archive:
        name = next(name for name in archive.getnames() if name.endswith("model_config.yaml"))
        config = archive.extractfile(name).read().decode()
    changed = config.replace("nemo.collections.asr.modules.ConformerEncoder", "os.system")
    assert changed != config
    hostile = _altered(archives("ctc"), "model_config.yaml", changed.encode(), tmp_path / "hostile.nemo")
    with pytest.raises(NemoError, match=r"os\.system"):
        restore(hostile, ASR, device="cpu")


@needs_nemo
def test_a_gpu_that_is_not_there_is_named(archives: Callable[[str], Path]) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA GPU here")
    with pytest.raises(NemoError, match="sees no CUDA GPU; use cpu, or auto"):
        NemoRecognizer.load(archives("ctc"), device="cuda")


@pytest.fixture
def on_both(load: Callable[..., NemoRecognizer]) -> Callable[..., tuple[NemoRecognizer, NemoRecognizer]]:
    """Returns a function that loads the same file on the CPU and on the GPU; products are float32 on both."""
    import torch

    if not torch.cuda.is_available():
        pytest.skip("PyTorch sees no CUDA GPU here")
    torch.backends.cudnn.allow_tf32 = False
    return lambda kind, **options: (load(kind, **options), load(kind, device="cuda", **options))


SENTENCES = (SENTENCE, "right alpha right bravo", "charlie charlie bravo alpha right")


@needs_nemo
@pytest.mark.gpu
@pytest.mark.parametrize("kind", ["ctc", "rnnt", "hybrid", "offline"])
async def test_a_gpu_writes_down_what_the_cpu_does(on_both: Callable[..., Any], kind: str) -> None:
    cpu, gpu = on_both(kind)
    assert {parameter.device.type for parameter in gpu._model.parameters()} == {"cuda"}
    for sentence in SENTENCES:
        assert (await gpu.transcribe(said(sentence))).text == (await cpu.transcribe(said(sentence))).text != ""


@needs_nemo
@pytest.mark.gpu
@pytest.mark.parametrize("kind", ["ctc", "rnnt", "hybrid", "offline"])
async def test_words_come_from_a_gpu_while_they_are_spoken(on_both: Callable[..., Any], kind: str) -> None:
    cpu, gpu = on_both(kind)
    assert gpu.streaming == (kind != "offline")
    for sentence in SENTENCES:
        pcm = said(" ".join([sentence] * 2))
        stable, final = await listen(gpu, pcm)
        assert final == (await listen(cpu, pcm))[1]
        assert stable
        assert final.startswith(" ".join(stable))


@needs_nemo
@pytest.mark.gpu
@pytest.mark.parametrize("kind", ["ctc", "rnnt"])
async def test_expected_phrases_win_on_a_gpu_as_on_the_cpu(on_both: Callable[..., Any], kind: str) -> None:
    cpu, gpu = on_both(kind, phrases=["write"], boost=2.5)
    assert gpu.biased
    pcm = said("alpha right bravo")
    written = (await gpu.transcribe(pcm)).text
    assert "write" in written.split()
    assert written == (await cpu.transcribe(pcm)).text
    assert (await listen(gpu, pcm))[1] == (await listen(cpu, pcm))[1]


@needs_nemo
@pytest.mark.gpu
async def test_streams_side_by_side_on_a_gpu_hear_only_their_own(on_both: Callable[..., Any]) -> None:
    cpu, gpu = on_both("rnnt")
    together = await asyncio.gather(*(listen(gpu, said(sentence)) for sentence in SENTENCES))
    alone = [await listen(cpu, said(sentence)) for sentence in SENTENCES]
    assert [final for _, final in together] == [final for _, final in alone]


@needs_nemo
@pytest.mark.gpu
async def test_a_gpu_that_is_there_is_taken(on_both: Callable[..., Any], load: Callable[..., NemoRecognizer]) -> None:
    assert load("ctc", device="auto")._model.device.type == "cuda"


def _archive(path: Path, **members: str) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, text in members.items():
            info = tarfile.TarInfo(f"./{name.replace('__', '.')}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return path


def test_what_is_not_a_nemo_archive_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "noise.nemo").write_bytes(b"RIFF....WAVE")
    with pytest.raises(NemoError, match="does not exist"):
        NemoRecognizer.load(tmp_path / "absent.nemo")
    with pytest.raises(NemoError, match=r"is not a \.nemo archive"):
        NemoRecognizer.load(tmp_path / "noise.nemo")
    bare = _archive(tmp_path / "bare.nemo", model_config__yaml="target: x\n")
    with pytest.raises(NemoError, match=r"without model_weights\.ckpt"):
        NemoRecognizer.load(bare)


def test_a_voice_is_not_taken_for_a_recognizer(tmp_path: Path) -> None:
    config = "sample_rate: 22050\ntarget: nemo.collections.tts.models.fastpitch.FastPitchModel\n"
    voice = _archive(tmp_path / "voice.nemo", model_config__yaml=config, model_weights__ckpt="")
    assert archive_class(voice) == "nemo.collections.tts.models.fastpitch.FastPitchModel"
    with pytest.raises(NemoError, match=r"FastPitchModel; expected one of nemo\.collections\.asr\.models"):
        NemoRecognizer.load(voice)


@pytest.mark.skipif(INSTALLED, reason="NeMo is installed here")
def test_the_missing_extra_is_named(tmp_path: Path) -> None:
    config = "target: nemo.collections.asr.models.ctc_bpe_models.EncDecCTCModelBPE\n"
    model = _archive(tmp_path / "model.nemo", model_config__yaml=config, model_weights__ckpt="")
    with pytest.raises(NemoError, match=r"pip install 'repartee\[nemo\]'"):
        NemoRecognizer.load(model)


def test_names_in_documents_are_what_is_expected() -> None:
    text = "The keeper was Martha Reed, of Marlow Point. Nobody else kept it. In May, Reed left for Marlow Point."
    names = names_in([text, "no names here"])
    assert set(names[:4]) == {"Reed", "Marlow Point", "Marlow", "Point"}
    assert {"Martha", "Martha Reed"} < set(names)
    assert not {"The", "Nobody", "In"} & set(names)
    assert names_in([text], most=2) == names[:2]


@pytest.mark.parametrize(
    ("before", "now", "stable"),
    [
        ("", "what", ""),
        ("what", "what is", "what"),
        ("what is", "what is the tow", "what is"),
        ("what is the tow", "what is the tower", "what is the"),
        ("what is", "what was the tower", "what"),
        ("what is", "", ""),
    ],
)
def test_words_are_stable_once_two_hypotheses_agree_and_another_follows(before: str, now: str, stable: str) -> None:
    assert " ".join(stable_words(before, now)) == stable
