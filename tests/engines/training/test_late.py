from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here; make test-nemo installs it and runs this")
torch.set_num_threads(1)  # tiny matrices: threads only get in each other's way

from engines.training import data  # noqa: E402
from engines.training.batches import CLS, SEP  # noqa: E402
from engines.training.late import (  # noqa: E402
    GROUP,
    Groups,
    LateEncoder,
    LateRecipe,
    fit_late,
    passage_ids,
    question_ids,
    rank,
    scores,
    stored_tokens,
)
from engines.training.model import Encoder, Shape  # noqa: E402

SHAPE = Shape(hidden=32, layers=2, heads=4, inner=64, vocabulary=200, positions=256, eps=1e-12)
COUNT = 40


def rows_of(kinds: list[int], starts: list[int], groups: list[int]) -> data.Examples:
    """Questions of one word; a passage of the group has it if it answers."""
    count = len(kinds)
    numbers = np.arange(count, dtype=np.int32)
    wanted = 110 + np.array(groups, np.int32) % 20
    chance = np.random.default_rng(3)
    passages = chance.integers(140, 200, (count, 6)).astype(np.int32)
    answers = np.array(starts) >= 0
    passages[answers, 2] = wanted[answers]
    nothing = np.zeros(count, np.int32)
    return data.Examples(
        question_tokens=wanted,
        question_starts=np.arange(count + 1, dtype=np.int32),
        passage_tokens=passages.ravel(),
        passage_starts=np.arange(0, 6 * count + 1, 6, dtype=np.int32),
        question=numbers,
        noisy=numbers[::-1].copy(),
        low=6 * numbers,
        high=6 * numbers + 6,
        start=np.array(starts, np.int32),
        end=np.array(starts, np.int32),
        kind=np.array(kinds, np.int32),
        row=numbers,
        context=np.array([number % 2 for number in range(count)], np.int32),
        polarity=nothing,
        weight=np.full(count, 1000, np.int32),
        group=np.array(groups, np.int32),
        made_up=nothing,
        context_tokens=np.array([135, 136], np.int32),
        context_starts=np.array([0, 0, 2], np.int32),
    )


@pytest.fixture(scope="module")
def examples() -> data.Examples:
    """For each question one passage that has its word, and two that do not."""
    kinds = [data.GOLD, data.RETRIEVED, data.RETRIEVED] * COUNT
    return rows_of(kinds, [2, -1, -1] * COUNT, [number for number in range(COUNT) for _ in range(3)])


def encoder() -> LateEncoder:
    torch.manual_seed(2)
    return LateEncoder(Encoder(SHAPE, dropout=0.0), layers=1, dims=8)


def test_a_question_is_laid_out_alone_and_cut_to_its_length(examples: data.Examples) -> None:
    ids = question_ids(examples, np.array([3]), np.random.default_rng(1), noisy=0.0)
    assert ids[0, :4].tolist() == [CLS, 111, SEP, 0]
    heard = question_ids(examples, np.array([3]), np.random.default_rng(1), noisy=1.0)
    assert heard[0, 1] == examples.question_tokens[examples.noisy[3]] != 111


def test_a_passage_is_laid_out_behind_its_headings(examples: data.Examples) -> None:
    bare, headed = passage_ids(examples, np.array([0, 1]))
    assert bare[:8].tolist() == [CLS, *examples.passage_tokens[:6], SEP]
    assert headed[:10].tolist() == [CLS, 135, 136, *examples.passage_tokens[6:12], SEP]
    assert not headed[10:].any()


def test_a_score_is_the_best_product_of_every_token_of_the_question() -> None:
    question = torch.tensor([[[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]]])  # the last is padding
    passages = torch.tensor([[[0.5, 0.1], [0.0, 0.3]], [[0.9, 0.9], [0.1, 0.0]]])
    everything = torch.ones(2, 2, dtype=torch.bool)
    assert scores(question, passages, everything)[0].tolist() == pytest.approx([0.5 + 0.6, 0.9 + 1.8])
    without = torch.tensor([[True, True], [False, True]])
    assert scores(question, passages, without)[0].tolist() == pytest.approx([1.1, 0.1])


def test_words_with_a_letter_or_a_digit_and_the_first_place_are_stored() -> None:
    kept = stored_tokens(["[PAD]", "[CLS]", "[SEP]", "hive", "##s", "41", ".", "##-", "é"])
    assert kept.tolist() == [False, True, False, True, True, True, False, False, True]


def test_vectors_of_passages_have_length_one_and_padding_counts_for_nothing(examples: data.Examples) -> None:
    kept = torch.ones(200, dtype=torch.bool)
    kept[SEP] = False
    ids = torch.from_numpy(passage_ids(examples, np.array([0, 1])))
    model = encoder().eval()
    vectors, counts = model.passages(ids, kept)
    assert counts.sum(1).tolist() == [7, 9]
    assert vectors.norm(dim=-1)[counts].tolist() == pytest.approx([1.0] * 16, abs=1e-5)
    asked = model.questions(torch.from_numpy(question_ids(examples, np.array([0]), np.random.default_rng(1), 0.0)))
    assert (asked.abs().sum(-1)[0] > 0).nonzero()[:, 0].tolist() == [0, 1]  # not [SEP], not padding


def test_groups_leave_out_what_is_kept_back_and_what_the_reader_doubts() -> None:
    kinds = [data.GOLD, data.RETRIEVED, data.RETRIEVED, data.HELD, data.GOLD, data.RETRIEVED]
    starts = [2, data.UNKNOWN, data.UNKNOWN, 2, 2, -1]
    margins = np.array([1.0, -5.0, 3.0, 4.0, -9.0, -9.0], np.float32)
    groups = Groups(rows_of(kinds, starts, [0, 0, 0, 0, 1, 1]), margins)
    assert [each.tolist() for each in groups.right] == [[0]]  # the reader finds no answer in 4, so 1 has no question
    assert [each.tolist() for each in groups.wrong] == [[1]]  # 2 may answer as well: it is neither


def test_a_batch_has_one_passage_that_answers_and_others_of_its_group(examples: data.Examples) -> None:
    groups = Groups(examples, np.zeros(len(examples.kind), np.float32))
    numbers, there = next(groups.draw(np.random.default_rng(1), 16))
    assert numbers.shape == there.shape == (16, GROUP)
    assert there.all()
    assert (examples.start[numbers[:, 0]] == 2).all()
    assert (examples.start[numbers[:, 1:]] == -1).all()
    assert (examples.group[numbers] == examples.group[numbers[:, :1]]).all()


def test_a_tiny_encoder_learns_which_passage_has_the_word_and_ranks_by_it(
    examples: data.Examples, tmp_path: Path
) -> None:
    margins = np.where(examples.start >= 0, 4.0, -4.0).astype(np.float32)
    kept = torch.ones(200, dtype=torch.bool)
    path = tmp_path / "open.npz"
    asked = np.arange(0, 3 * COUNT, 3)
    rows = [passage_ids(examples, np.array([number]))[0] for number in range(3 * COUNT)]
    rows = [row[row != 0] for row in rows]
    questions = [np.array([CLS, examples.question_tokens[number], SEP]) for number in asked]
    candidates = np.stack([asked + 1, asked + 2, asked], axis=1).astype(np.int32)  # words rank the right one last
    np.savez(
        path,
        pt=np.concatenate(rows),
        ps=np.cumsum([0, *map(len, rows)]),
        qt=np.concatenate(questions),
        qs=np.cumsum([0, *map(len, questions)]),
        cand=candidates,
        bm=np.tile(np.array([3.0, 2.0, 1.0], np.float32), (COUNT, 1)),
        right=np.tile(np.array([False, False, True]), (COUNT, 1)),
    )
    model = encoder()
    before = rank(model, kept, path, "cpu")
    recipe = LateRecipe(layers=1, dims=8, steps=50, batch=8, rate=8e-3)
    words = model.encoder.words.weight.clone()
    fit_late(model, Groups(examples, margins), kept, recipe, "cpu", report=lambda _: None)
    after = rank(model, kept, path, "cpu")
    assert before["bm@1"] == after["bm@1"] == 0.0
    assert before["100+0.0@1"] < 60
    assert after["100+0.0@1"] > 80
    assert torch.equal(model.encoder.words.weight, words)  # the reader's own: they are shared


def test_frozen_layers_stay_as_they_are(examples: data.Examples) -> None:
    model = encoder()
    before = [each.clone() for each in model.encoder.parameters()]
    projection = model.projection.weight.clone()
    groups = Groups(examples, np.zeros(len(examples.kind), np.float32))
    recipe = LateRecipe(layers=1, dims=8, steps=2, batch=8, frozen=True)
    fit_late(model, groups, torch.ones(200, dtype=torch.bool), recipe, "cpu", report=lambda _: None)
    assert all(torch.equal(one, other) for one, other in zip(before, model.encoder.parameters(), strict=True))
    assert not torch.equal(model.projection.weight, projection)
