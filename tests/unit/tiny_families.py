"""Tiny real models of the big families' classes, with random weights and their stock processors: Gemma3, Qwen2.5-VL,
LLaVA, Idefics3. Some 100,000 parameters each; replies mean nothing, the road is the large models' own.
"""

from __future__ import annotations

import json
from pathlib import Path

from inference.models.random_weights import ATTENTION, CONTROL, IMAGE, save_qwen_processor, tokenizer

FAMILIES = ("gemma3", "qwen2_5_vl", "llava", "idefics3")
SIZE = 56
WORDS, LONGEST = 700, 4096
TEXT = dict(
    hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=4096, pad_token_id=0, eos_token_id=5, bos_token_id=2, tie_word_embeddings=False,
)  # fmt: skip
ROPE = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 3, 3]}
SIGLIP = dict(
    hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2, image_size=SIZE, patch_size=14
)


def build(kind: str, folder: Path, seed: int = 0, endless: bool = True) -> Path:
    """A base of this family in `folder`; with `endless` it never ends a reply by itself. Asked in full."""
    import torch
    import transformers as tf

    torch.manual_seed(seed)
    words = tokenizer(kind, WORDS, LONGEST)
    config, processor = globals()[f"_{kind}"](tf, words)
    model = tf.AutoModelForImageTextToText.from_config(config)
    for name, weight in model.named_parameters():
        if weight.ndim > 1:
            joins = any(part in name for part in ("projection_weight", "projector", "connector", "merger"))
            words_ = "embed" in name or "lm_head" in name
            torch.nn.init.normal_(weight, std=2.0 if joins else 0.3 if words_ else 0.15)  # the picture must count
    model.generation_config = tf.GenerationConfig(
        eos_token_id=5,
        pad_token_id=0,
        bos_token_id=2,
        do_sample=False,
        suppress_tokens=[words.convert_tokens_to_ids(token) for token in (*CONTROL, *IMAGE[kind])] if endless else None,
    )
    model.save_pretrained(folder)
    processor(folder)
    (folder / "carm.json").write_text(json.dumps({"prompt": "full"}))
    return folder


def build_adapter(base: Path) -> Path:
    """A random LoRA adapter on the attention of both towers, in adapter/ beside `base`."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForImageTextToText

    torch.manual_seed(1)
    tuned = get_peft_model(
        AutoModelForImageTextToText.from_pretrained(base), LoraConfig(r=4, lora_alpha=8, target_modules=ATTENTION)
    )
    for name, weight in tuned.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.3)
    tuned.save_pretrained(base.parent / "adapter")
    return base.parent / "adapter"


def _gemma3(tf, words):
    token = words.convert_tokens_to_ids
    images = tf.Gemma3ImageProcessor(size={"height": SIZE, "width": SIZE}, image_seq_length=16, do_pan_and_scan=False)
    made = tf.Gemma3Processor(images, words, chat_template=words.chat_template, image_seq_length=16)
    config = tf.Gemma3Config(
        text_config=TEXT
        | dict(
            vocab_size=len(words),
            head_dim=16,
            query_pre_attn_scalar=16,
            sliding_window=256,
            layer_types=["sliding_attention", "full_attention"],
        ),
        vision_config=SIGLIP | dict(vision_use_head=False),
        mm_tokens_per_image=16,
        boi_token_index=token("<start_of_image>"),
        eoi_token_index=token("<end_of_image>"),
        image_token_index=token("<image_soft_token>"),
        eos_token_id=[5],
        tie_word_embeddings=False,
    )
    return config, made.save_pretrained


def _qwen2_5_vl(tf, words):
    token = words.convert_tokens_to_ids
    config = tf.Qwen2_5_VLConfig(
        text_config=TEXT | dict(vocab_size=len(words), rope_parameters=ROPE),
        vision_config=dict(
            depth=2, hidden_size=64, intermediate_size=128, num_heads=2, out_hidden_size=64, window_size=56,
            fullatt_block_indexes=[1], patch_size=14, spatial_merge_size=2, temporal_patch_size=2,
        ),
        image_token_id=token("<|image_pad|>"),
        video_token_id=token("<|video_pad|>"),
        vision_start_token_id=token("<|vision_start|>"),
        vision_end_token_id=token("<|vision_end|>"),
        tie_word_embeddings=False,
    )  # fmt: skip
    return config, lambda folder: save_qwen_processor(words, folder)


def _llava(tf, words):
    images = tf.SiglipImageProcessor(size={"height": SIZE, "width": SIZE})
    made = tf.LlavaProcessor(
        images,
        words,
        patch_size=14,
        vision_feature_select_strategy="full",
        chat_template=words.chat_template,
        image_token="<image>",
    )
    config = tf.LlavaConfig(
        vision_config=tf.SiglipVisionConfig(**SIGLIP),
        text_config=tf.LlamaConfig(**TEXT, vocab_size=len(words)),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
        tie_word_embeddings=False,
    )
    return config, made.save_pretrained


def _idefics3(tf, words):
    images = tf.Idefics3ImageProcessor(
        size={"longest_edge": SIZE}, max_image_size={"longest_edge": SIZE}, do_image_splitting=False
    )
    made = tf.Idefics3Processor(images, words, image_seq_len=4, chat_template=words.chat_template)
    config = tf.Idefics3Config(
        vision_config=SIGLIP,
        text_config=tf.LlamaConfig(**TEXT, vocab_size=len(words)),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        scale_factor=2,
        tie_word_embeddings=False,
        pad_token_id=0,
    )
    return config, made.save_pretrained
