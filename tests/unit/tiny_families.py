"""Tiny real models of the big families' classes, with random weights and their stock processors: Gemma3, Qwen2.5-VL,
LLaVA, Idefics3. Some 100,000 parameters each; replies mean nothing, the road is the large models' own.
"""

from __future__ import annotations

import json
from pathlib import Path

from inference import prompts
from inference.preamble import preamble

FAMILIES = ("gemma3", "qwen2_5_vl", "llava", "idefics3")
SIZE = 56
CONTROL = ("<pad>", "<eos>", "<bos>", "<unk>", "<turn>", "<end_of_turn>")
IMAGE = {
    "gemma3": ("<start_of_image>", "<end_of_image>", "<image_soft_token>"),
    "qwen2_5_vl": ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"),
    "llava": ("<image>",),
    "idefics3": ("<fake_token_around_image>", "<image>", "<global-img>", "<end_of_utterance>"),
}
SHOWN = {
    "gemma3": "<start_of_image>",
    "qwen2_5_vl": "<|vision_start|><|image_pad|><|vision_end|>",
    "llava": "<image>",
    "idefics3": "<image>",
}
TEMPLATE = (
    "{{{{ bos_token }}}}{{% for m in messages %}}<turn>{{{{ m['role'] }}}}\n"
    "{{% if m['content'] is string %}}{{{{ m['content'] }}}}{{% else %}}{{% for c in m['content'] %}}"
    "{{% if c['type'] == 'image' %}}{shown}{{% else %}}{{{{ c['text'] }}}}{{% endif %}}{{% endfor %}}{{% endif %}}"
    "<end_of_turn>\n{{% endfor %}}{{% if add_generation_prompt %}}<turn>assistant\n{{% endif %}}"
)
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
    words = _tokenizer(kind)
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


def _tokenizer(kind: str):
    import transformers as tf
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    texts = [preamble(task) for task in prompts.TASKS]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=[*CONTROL, *IMAGE[kind]], initial_alphabet=alphabet, show_progress=False
    )
    words.train_from_iterator(texts, trainer)
    extra = {}
    if kind == "gemma3":
        extra = dict(zip(("boi_token", "eoi_token", "image_token"), IMAGE[kind]))
    return tf.PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="<pad>",
        eos_token="<end_of_turn>",
        bos_token="<bos>",
        unk_token="<unk>",
        padding_side="left",
        model_max_length=4096,
        extra_special_tokens=extra or None,
        chat_template=TEMPLATE.format(shown=SHOWN[kind]),
    )


def _gemma3(tf, words):
    token = words.convert_tokens_to_ids
    images = tf.Gemma3ImageProcessor(size={"height": SIZE, "width": SIZE}, image_seq_length=4, do_pan_and_scan=False)
    made = tf.Gemma3Processor(images, words, chat_template=words.chat_template, image_seq_length=4)
    config = tf.Gemma3Config(
        text_config=TEXT | dict(vocab_size=len(words), head_dim=16, query_pre_attn_scalar=16, sliding_window=256),
        vision_config=SIGLIP | dict(vision_use_head=False),
        mm_tokens_per_image=4,
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

    def save(folder: Path) -> None:  # as the published folders lay it out
        words.save_pretrained(folder)
        (folder / "preprocessor_config.json").write_text(
            json.dumps(
                {
                    "image_processor_type": "Qwen2VLImageProcessor",
                    "processor_class": "Qwen2_5_VLProcessor",
                    "patch_size": 14,
                    "merge_size": 2,
                    "temporal_patch_size": 2,
                    "size": {"shortest_edge": 3136, "longest_edge": 12845056},
                    "min_pixels": 3136,
                    "max_pixels": 12845056,
                }
            )
        )

    return config, save


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
