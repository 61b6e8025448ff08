"""The network's parts: cutting changes nothing, adapters fold in, runs are counted, the head takes raw contexts."""

import copy
from pathlib import Path

import pytest
import torch
from torch.nn.functional import cross_entropy
from transformers import DistilBertConfig, DistilBertModel, LlamaConfig, LlamaModel, PreTrainedModel

from services.trainer.base_model import BaseModel
from services.trainer.below import Below
from services.trainer.errors import BaseModelUnusable
from services.trainer.head import BINS, Dropout, Head, Steps
from services.trainer.network import Encoder, pooled
from services.trainer.samples import padded
from services.trainer.training import build_network
from tests.labelled import PLACES
from tests.learning import tiny_settings

TOKENS = [[2, 5, 6, 3], [2, 5, 3], [2, 7, 8, 9, 10, 3], [2, 3]]


def test_an_encoder_in_two_halves_gives_the_vectors_of_the_whole(base: BaseModel) -> None:
    """The lower layers can be computed once and kept, without any difference."""
    whole, cut = Encoder(copy.deepcopy(base.model)).eval(), Encoder(base.model, trained_layers=1).eval()
    assert whole.lower is None
    assert cut.lower is not None
    ids, mask = padded(TOKENS)
    assert torch.allclose(whole(ids, mask), cut(ids, mask), atol=1e-6)


def test_the_lowest_layers_alone_give_what_they_gave_within_the_whole(base: BaseModel) -> None:
    """In one piece or in two."""
    ids, mask = padded(TOKENS)
    states = base.model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states[1]
    for trained_layers in (0, 1, 3):
        encoder = Encoder(copy.deepcopy(base.model), layers=1, trained_layers=trained_layers).eval()
        assert torch.allclose(encoder(ids, mask), pooled(states, mask), atol=1e-6)


@pytest.mark.parametrize(
    "model",
    [
        LlamaModel(
            LlamaConfig(vocab_size=12, hidden_size=8, intermediate_size=8, num_hidden_layers=2, num_attention_heads=2)
        ),
        DistilBertModel(DistilBertConfig(vocab_size=12, dim=8, hidden_dim=8, n_layers=2, n_heads=2)),
    ],
    ids=["llama", "distilbert"],
)
def test_other_architectures_can_be_shortened(model: PreTrainedModel) -> None:
    """Their layers lie elsewhere; half of two is less, and still gives each text a vector."""
    whole = sum(weight.numel() for weight in model.parameters())
    encoder = Encoder(model, layers=1).eval()
    assert sum(weight.numel() for weight in encoder.parameters()) < whole
    assert encoder(*padded(TOKENS)).shape == (len(TOKENS), 8)


def test_more_layers_than_there_are_cannot_be_kept(base: BaseModel) -> None:
    """Nobody should believe they were."""
    with pytest.raises(BaseModelUnusable, match="of 3 layers"):
        Encoder(copy.deepcopy(base.model), layers=3)


def test_padding_does_not_change_a_vector(base: BaseModel) -> None:
    """A text's vector is its own, whatever it is batched with."""
    encoder = Encoder(base.model).eval()
    together = encoder(*padded(TOKENS))
    for row, tokens in enumerate(TOKENS):
        assert torch.allclose(encoder(*padded([tokens]))[0], together[row], atol=1e-5)


def test_new_adapters_change_nothing_and_trained_ones_fold_in(base: BaseModel) -> None:
    """LoRA starts at the pretrained model, and what it learned is in the merged weights."""
    encoder = Encoder(base.model, trained_layers=1).eval()
    ids, mask = padded(TOKENS)
    before = encoder(ids, mask)
    encoder.adapt(rank=4, alpha=8)
    encoder.eval()
    assert torch.allclose(encoder(ids, mask), before, atol=1e-6)
    learning = [weight for weight in encoder.parameters() if weight.requires_grad]
    assert 0 < sum(weight.numel() for weight in learning) < 10_000
    with torch.no_grad():
        for weight in learning:
            weight.add_(0.05)
    trained = encoder(ids, mask)
    encoder.merge()
    assert torch.allclose(encoder.eval()(ids, mask), trained, atol=1e-5)
    assert not torch.allclose(trained, before, atol=1e-3)


def test_what_is_kept_of_the_lower_layers_is_what_they_compute(base: BaseModel) -> None:
    """In any order, and also where memory is enough for some texts only."""
    encoder = Encoder(base.model, trained_layers=1).eval()
    nothing, some, everything = (Below(encoder, TOKENS, limit=limit) for limit in (0, 8 * 4 * 32, 2**20))
    for texts in ([0, 1, 2, 3], [3, 1], [2]):
        vectors = [encoder.above(*below(texts)) for below in (nothing, some, everything)]
        assert torch.allclose(vectors[0], vectors[1], atol=1e-6)
        assert torch.allclose(vectors[0], vectors[2], atol=1e-6)


def test_a_context_is_read_in_steps_between_what_training_saw() -> None:
    """Full below, part of the one it lies in, empty above; also where a place never varied in training."""
    steps = Steps(2)
    steps.learn(torch.tensor([[float(value), 7.0] for value in range(BINS + 1)]))
    assert steps(torch.tensor([[2.5, 7.0]]))[0].tolist() == [1, 1, 0.5, *[0] * (BINS - 3), *[0] * BINS]
    assert steps(torch.tensor([[-9.0, 8.0]])).sum() == 0


def test_a_step_that_half_of_training_stands_before_is_up_or_down() -> None:
    """Zero, and anything above zero, are two things, though most of the quantiles are zero."""
    steps = Steps(1)
    steps.learn(torch.tensor([[0.0]] * 90 + [[1.0]] * 10))
    nothing, little, much = (steps(torch.tensor([[value]])).sum().item() for value in (0.0, 0.01, 1.0))
    assert nothing == 0
    assert 0 < little < much


def test_the_head_takes_a_context_beyond_training_as_the_farthest_it_saw() -> None:
    """What a busier day's counts mean was never learned."""
    head = Head(width=7, places=2, hidden=8, dropout=0.0).eval()
    head.steps.learn(torch.tensor([[1.0, 0.0], [3.0, 5.0]]))
    vector = torch.randn(1, 7)
    farthest, beyond = torch.tensor([[3.0, 0.0]]), torch.tensor([[30.0, -7.0]])
    assert torch.equal(head(vector, beyond), head(vector, farthest))
    assert not torch.equal(head(vector, torch.tensor([[1.0, 0.0]])), head(vector, farthest))


def test_a_shift_moves_the_logits_by_just_that() -> None:
    """What class weights did to the probabilities can be taken back, of each member for itself."""
    head = Head(width=7, places=2, hidden=8, dropout=0.0, members=3).eval()
    vector, context, shift = torch.randn(5, 7), torch.randn(5, 2), torch.tensor([1.0, 0.0, -2.0])
    before = head.answers(vector, context)
    head.shift(shift)
    assert torch.allclose(head.answers(vector, context), before + shift, atol=1e-6)
    assert torch.allclose(head(vector, context).exp(), (before + shift).softmax(-1).mean(0), atol=1e-6)


def test_the_members_of_a_head_answer_with_their_mean_probability() -> None:
    """Also where one is so sure that the others' share is all that is left of a label."""
    head = Head(width=7, places=2, hidden=8, dropout=0.0, members=3).eval()
    head.answer.bias.data[0] += torch.tensor([200.0, 0.0, 0.0])
    vector, context = torch.randn(5, 7), torch.randn(5, 2)
    mean = head.answers(vector, context).softmax(-1).mean(0)
    assert torch.allclose(head(vector, context).exp(), mean, atol=1e-6)
    assert head(vector, context).isfinite().all()


def test_every_member_of_a_head_learns_by_its_own_answers() -> None:
    """The loss is the members' mean, not that of their mean answer, and a weight counts for its label in each."""
    head = Head(width=7, places=2, hidden=8, dropout=0.0, members=3).eval()
    vector, context, targets = torch.randn(6, 7), torch.randn(6, 2), torch.rand(6, 3).softmax(-1)
    weight = torch.tensor([1.0, 2.0, 0.5])
    loss = head.loss(vector, context, targets, weight=weight)
    apart = [cross_entropy(each, targets, weight=weight) for each in head.answers(vector, context)]
    assert torch.allclose(loss, torch.stack(apart).mean())
    assert loss > cross_entropy(head(vector, context), targets, weight=weight)


def test_dropout_leaves_each_member_another_part_of_the_same() -> None:
    """A quarter is zero, the others are larger for it; once trained, nothing is left out."""
    torch.manual_seed(1)
    dropout, inputs = Dropout(3, 0.25), torch.ones(50, 400)
    dropped = dropout(inputs)
    assert dropped.shape == (3, 50, 400)
    assert abs((dropped == 0).float().mean().item() - 0.25) < 0.01
    assert torch.allclose(dropped[dropped > 0], torch.tensor(4 / 3))
    assert not torch.equal(dropped[0], dropped[1])
    assert torch.equal(dropout.eval()(inputs), inputs)


def test_members_are_drawn_apart() -> None:
    """Members that begin as one stay one."""
    head = Head(width=7, places=2, hidden=8, dropout=0.0, members=2)
    first, second = head.answers(torch.ones(1, 7), torch.ones(1, 2))
    assert not torch.allclose(first, second)


def test_voices_count_for_their_shares_at_their_temperatures(base: BaseModel, base_folder: Path) -> None:
    """By hand, of three voices that say different things."""
    network = build_network(base, places=PLACES, settings=tiny_settings(base_folder)).eval()
    network.wide.bias.copy_(torch.tensor([2.0, 0.0, -1.0]))
    network.probe.bias.copy_(torch.tensor([-1.0, 3.0, 0.0]))
    network.count((0.7, 0.2, 0.1))
    network.temper((0.5, 2.0, 3.0))
    vector, context = torch.zeros(1, network.width), torch.zeros(1, PLACES)
    with torch.no_grad():
        deep = network.head(vector[:, : network.encoder.width], context)[0]
        said = network.answers(vector, context)[0].exp()
    wide, probe = torch.tensor([2.0, 0.0, -1.0]), torch.tensor([-1.0, 3.0, 0.0])
    expected = 0.7 * (deep / 0.5).softmax(0) + 0.2 * (wide / 2).softmax(0) + 0.1 * (probe / 3).softmax(0)
    assert torch.allclose(said, expected, atol=1e-6)
    figures = network.figures()
    assert (figures["wide_share"], figures["probe_temperature"]) == pytest.approx((0.2, 3.0))
