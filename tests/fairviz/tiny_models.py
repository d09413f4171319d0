"""Tiny pretrained models, which are random: a BERT of a dozen words and a ViT for 32 x 32 pixels."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

# Sets that nothing is looked up elsewhere, before transformers is first imported.
import fairviz.training.pretrained  # noqa: F401

WORDS = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "pain",
    "fever",
    "cough",
    "no",
    "##ing",
    "chest",
    "home",
)
LONGEST = 16
WIDTH = 16

needs_transformers = pytest.mark.skipif(
    importlib.util.find_spec("transformers") is None,
    reason="the optional package transformers is not installed: no pretrained model is run",
)


def save_bert(folder: Path, seed: int = 0) -> Path:
    """A BERT with two layers, and its vocabulary."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    folder.mkdir(parents=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizer(vocab=str(vocabulary)).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=LONGEST,
        # Large enough for words to differ.
        initializer_range=0.5,
    )
    torch.manual_seed(seed)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def save_vit(folder: Path) -> Path:
    """A ViT with two layers, and what makes images ready for it."""
    import torch
    from transformers import ViTConfig, ViTImageProcessorPil, ViTModel

    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=32,
        patch_size=8,
        initializer_range=0.5,
    )
    ViTModel(config).save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder
