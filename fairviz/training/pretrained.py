"""Texts and images as numbers by a model that somebody else has trained, as it is: nothing of it is trained.

Of a text, features are the mean over its tokens of the last hidden state; one that is longer than the model
reads at once is read in parts, and all of their tokens count alike. Of an image they are the last hidden
state of the class token, and of a stack of slices the mean of these. A pooling layer is not used: many
models come without one, and it would start from random numbers.

Axis letters: N rows, F width of the model, B images or parts of texts, T tokens, S slices, H height, W width.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

# Read by huggingface_hub when it is first imported: nothing is ever looked up elsewhere.
os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairviz.data.images import ImageStack
from fairviz.data.pretrained import PretrainedModel
from fairviz.errors import TaskError

OnProgress = Callable[[int, int], object]

_AT_ONCE: Final = 32
"""Images, or parts of texts, that go through a model together."""


def read_texts(
    model: PretrainedModel,
    texts: NDArray[np.object_],
    device: torch.device,
    on_progress: OnProgress | None = None,
) -> NDArray[np.float32]:
    """Features [N, F] of texts [N]; zeros where a text is empty.

    Raises:
        TaskError: if the model cannot be loaded or run.
    """
    with _usable(model):
        network, tokenizer = _network(model, device), _tokenizer(model)
        longest = _longest(network.config, tokenizer)
    rows = np.flatnonzero(texts != "")
    # Texts of about one length together, so that little is filled up.
    rows = rows[np.argsort([len(texts[row]) for row in rows], kind="stable")]

    def features(own: NDArray[np.int64]) -> Tensor:
        parts = tokenizer(
            list(texts[own]),
            truncation=True,
            max_length=longest,
            return_overflowing_tokens=True,
            padding=True,
            return_tensors="pt",
        ).to(device)
        return _mean_over_tokens(network, parts)

    found = np.zeros((len(texts), network.config.hidden_size), dtype=np.float32)
    return _filled(found, model, _blocks(rows, _AT_ONCE), features, on_progress)


def read_images(
    model: PretrainedModel,
    stack: ImageStack,
    rows: NDArray[np.int64],
    device: torch.device,
    on_progress: OnProgress | None = None,
) -> NDArray[np.float32]:
    """Features [N, F] of the images of some rows, which are read block by block; zeros for all other rows.

    Raises:
        TaskError: if the model cannot be loaded or run.
        DataError: if the images cannot be read.
    """
    with _usable(model):
        network, processor = _network(model, device), _processor(model)
    images, slices = stack.open(), stack.shape[1]

    def features(own: NDArray[np.int64]) -> Tensor:
        grey = np.asarray(images[own]).reshape(-1, *stack.shape[2:])
        coloured = list(np.repeat(grey[..., np.newaxis], 3, axis=-1))
        pixels = processor(images=coloured, input_data_format="channels_last", return_tensors="pt")
        tokens: Tensor = network(pixel_values=pixels["pixel_values"].to(device)).last_hidden_state
        of_slices: Tensor = tokens[:, 0].unflatten(0, (-1, slices))
        return of_slices.mean(dim=1)

    found = np.zeros((stack.shape[0], network.config.hidden_size), dtype=np.float32)
    return _filled(found, model, _blocks(rows, max(1, _AT_ONCE // slices)), features, on_progress)


def _filled(
    found: NDArray[np.float32],
    model: PretrainedModel,
    blocks: Sequence[NDArray[np.int64]],
    features: Callable[[NDArray[np.int64]], Tensor],
    on_progress: OnProgress | None,
) -> NDArray[np.float32]:
    """Put ``features`` of blocks of rows into an array [N, F]."""
    done = np.cumsum([len(own) for own in blocks])
    for own, so_far in zip(blocks, done, strict=True):
        with _usable(model), torch.inference_mode():
            part = features(own).float().cpu().numpy()
        if not np.isfinite(part).all():
            raise _unusable(model, "numbers beyond range")
        found[own] = part
        if on_progress is not None:
            on_progress(int(so_far), int(done[-1]))
    return found


def _blocks(rows: NDArray[np.int64], at_once: int) -> list[NDArray[np.int64]]:
    """Rows, so many at once."""
    return [rows[start : start + at_once] for start in range(0, len(rows), at_once)]


def _mean_over_tokens(network: Any, parts: Any) -> Tensor:
    """The mean [N, F] over all tokens of texts that are divided into parts [B, T]."""
    of_text = parts["overflow_to_sample_mapping"]
    total: Tensor = torch.zeros(int(of_text[-1]) + 1, network.config.hidden_size, device=of_text.device)
    tokens = total.new_zeros(len(total), 1)
    for start in range(0, len(of_text), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        ids, mask = parts["input_ids"][part], parts["attention_mask"][part]
        states = network(input_ids=ids, attention_mask=mask).last_hidden_state
        total.index_add_(0, of_text[part], (states * mask.unsqueeze(-1)).sum(dim=1))
        tokens.index_add_(0, of_text[part], mask.sum(dim=1, keepdim=True).float())
    return total / tokens


def _network(model: PretrainedModel, device: torch.device) -> Any:
    """The network with the weights of its file, and no others."""
    from transformers import AutoModel  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    network, told = AutoModel.from_pretrained(
        model.folder,
        use_safetensors=True,
        output_loading_info=True,
        dtype=torch.float32,
        attn_implementation="sdpa",
        **_HERE_ONLY,
    )
    if absent := sorted(name for name in told["missing_keys"] if not name.startswith("pooler.")):
        raise _unusable(model, f"no weights {absent[0]}")
    return network.eval().requires_grad_(False).to(device)


def _tokenizer(model: PretrainedModel) -> Any:
    from transformers import AutoTokenizer  # noqa: PLC0415

    return AutoTokenizer.from_pretrained(model.folder, **_HERE_ONLY)


def _processor(model: PretrainedModel) -> Any:
    from transformers import AutoImageProcessor  # noqa: PLC0415

    return AutoImageProcessor.from_pretrained(model.folder, backend="pil", **_HERE_ONLY)


_HERE_ONLY: Final[dict[str, Any]] = {"local_files_only": True, "trust_remote_code": False}


def _longest(config: Any, tokenizer: Any) -> int:
    """Tokens that a model of text reads at once."""
    # These number their places from the one after that of a token which fills up.
    used = config.pad_token_id + 1 if config.model_type in {"roberta", "xlm-roberta"} else 0
    return int(min(tokenizer.model_max_length, config.max_position_embeddings - used))


@contextmanager
def _usable(model: PretrainedModel) -> Iterator[None]:
    """Say of whatever goes wrong inside that the model is why: its files may hold anything."""
    try:
        yield
    except TaskError:
        raise
    except Exception as error:
        raise _unusable(model, f"{type(error).__name__}: {error}".splitlines()[0]) from error


def _unusable(model: PretrainedModel, found: str) -> TaskError:
    return TaskError(
        f'pretrained model "{model.name}"',
        expected="a whole model, as save_pretrained of transformers writes it, with its inputs' preparation",
        found=found,
        remedy="Save the model and its tokenizer or image processor again, or choose another one.",
    )
