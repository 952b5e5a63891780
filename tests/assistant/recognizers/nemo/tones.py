"""A language of tones, and tiny NeMo models that learn in seconds to write it down."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.recognizers.nemo.recognizer import NemoRecognizer
from assistant.recognizers.nemo.streams import transcribe

INSTALLED = importlib.util.find_spec("nemo") is not None
needs_nemo = pytest.mark.skipif(not INSTALLED, reason="NeMo is not installed here; make test-nemo installs and runs it")

# A word is a tone. "right" and "write" are the same one: the models learn to write "right", most of the time.
TONES = {"alpha": 300.0, "bravo": 520.0, "charlie": 900.0, "right": 1550.0, "write": 1550.0}
WORDS = ("alpha", "bravo", "charlie", "right")
PAUSE = ","
SENTENCE = "alpha right charlie bravo"


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


async def listen(recognizer: NemoRecognizer, pcm: np.ndarray, piece: int = 480) -> tuple[list[str], str]:
    """Feed audio as a microphone does; return what became stable, and the final words."""
    stream, stable = recognizer.stream(), []
    for start in range(0, len(pcm), piece):
        if (words := await stream.feed(pcm[start : start + piece])) is not None:
            stable.append(words)
    return stable, (await stream.finish()).text
