"""The embedded model before any training: a stock Gemma-3 of a few million parameters, its tokenizer and processor.

Everything is saved in the layout that `AutoModelForImageTextToText` and `AutoProcessor` read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import torch
from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import (
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    Gemma3ImageProcessorPil,
    Gemma3Processor,
    GenerationConfig,
    PreTrainedTokenizerFast,
)

from inference.training.config import Architecture

IMAGE_TOKEN = "<image_soft_token>"
SPECIAL = (
    "<pad>",
    "<unk>",
    "<bos>",
    "<eos>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<start_of_image>",
    "<end_of_image>",
    IMAGE_TOKEN,
)
PAD, _, BOS, _, _, END_OF_TURN, IMAGE_START, IMAGE_END, IMAGE = range(len(SPECIAL))
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<start_of_turn>"
    "{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<start_of_image>{% else %}{{ c['text'] }}{% endif %}{% endfor %}{% endif %}"
    "<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)


def build_tokenizer(corpus: Iterable[str], vocabulary: int, whole: Iterable[str] = ()) -> PreTrainedTokenizerFast:
    """Byte-level BPE learnt from `corpus`: any text a clinician types has tokens. A run of XML tags that the corpus
    repeats is one token, and so is each of `whole`: a decision is known early and a reply is short."""
    corpus = list(corpus)
    tags = sorted({run for text in corpus for run in re.findall(r"(?:</?[a-z_0-9]+>)+", text)})
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator((re.sub(r"(?:</?[a-z_0-9]+>)+", " ", text) for text in corpus), trainer)
    tokenizer.add_tokens([*tags, *whole])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        unk_token="<unk>",
        bos_token="<bos>",
        eos_token="<end_of_turn>",
        padding_side="left",
        model_max_length=2048,
        extra_special_tokens={
            "image_token": IMAGE_TOKEN,
            "boi_token": "<start_of_image>",
            "eoi_token": "<end_of_image>",
        },
    )


def build_processor(tokenizer: PreTrainedTokenizerFast, sizes: Architecture) -> Gemma3Processor:
    """Pictures are scaled to sizes.picture and to -1..1 without torchvision."""
    images = Gemma3ImageProcessorPil(
        size={"height": sizes.picture, "width": sizes.picture},
        image_seq_length=sizes.image_tokens,
        do_pan_and_scan=False,
    )
    return Gemma3Processor(images, tokenizer, chat_template=TEMPLATE, image_seq_length=sizes.image_tokens)


def build_model(tokenizer: PreTrainedTokenizerFast, sizes: Architecture) -> Gemma3ForConditionalGeneration:
    """A model of random weights. Gemma-3 leaves its projector at zero, which would never learn: it gets a normal
    initialisation here."""
    head = sizes.text_width // sizes.text_heads
    config = Gemma3Config(
        text_config=dict(
            vocab_size=len(tokenizer),
            hidden_size=sizes.text_width,
            intermediate_size=sizes.text_ffn,
            num_hidden_layers=sizes.text_layers,
            num_attention_heads=sizes.text_heads,
            num_key_value_heads=max(1, sizes.text_heads // 2),
            head_dim=head,
            query_pre_attn_scalar=head,
            sliding_window=1024,
            max_position_embeddings=2048,
            pad_token_id=PAD,
            bos_token_id=BOS,
            eos_token_id=END_OF_TURN,
            tie_word_embeddings=True,
        ),
        vision_config=dict(
            hidden_size=sizes.vision_width,
            intermediate_size=4 * sizes.vision_width,
            num_hidden_layers=sizes.vision_layers,
            num_attention_heads=sizes.vision_width // 64,
            image_size=sizes.picture,
            patch_size=sizes.patch,
            vision_use_head=False,
        ),
        mm_tokens_per_image=sizes.image_tokens,
        boi_token_index=IMAGE_START,
        eoi_token_index=IMAGE_END,
        image_token_index=IMAGE,
        eos_token_id=[END_OF_TURN],
        tie_word_embeddings=True,
    )
    model = Gemma3ForConditionalGeneration(config)
    torch.nn.init.normal_(model.model.multi_modal_projector.mm_input_projection_weight, std=sizes.vision_width**-0.5)
    model.generation_config = GenerationConfig(
        eos_token_id=END_OF_TURN, pad_token_id=PAD, bos_token_id=BOS, do_sample=False, max_new_tokens=192
    )
    return model


def soft_tokens(model: Gemma3ForConditionalGeneration, pixels: torch.Tensor) -> torch.Tensor:
    """The image tokens (n, image_tokens, text_width) of pixels (n, 3, s, s) in -1..1."""
    hidden = model.model.vision_tower(pixel_values=pixels).last_hidden_state
    return model.model.multi_modal_projector(hidden)


def to_pixels(pictures: torch.Tensor) -> torch.Tensor:
    """uint8 pictures (n, s, s) to what the processor makes of them, float32 (n, 3, s, s)."""
    return pictures.float().div_(127.5).sub_(1.0)[:, None].expand(-1, 3, -1, -1)
