"""Full-size models of random weights: what a published architecture costs to run, without its licence or its download.

Knows the families' configs and a tokenizer learnt from our own prompts; the replies mean nothing, the work is the same.
"""

from __future__ import annotations

import json
from pathlib import Path

from inference.models.families import LORA_ALPHA, LORA_RANK, Profile
from inference.models.weights import LOCAL, options

WORDS = 4000
ATTENTION = r".*\.(q_proj|k_proj|v_proj|o_proj|out_proj|attn\.qkv|attn\.proj)"
"""Attention projections of both towers, in every family."""
CONTROL = ("<pad>", "<eos>", "<bos>", "<unk>", "<turn>", "<end_of_turn>")
IMAGE = {
    "gemma3": ("<start_of_image>", "<end_of_image>", "<image_soft_token>"),
    "qwen2_5_vl": ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"),
    "llava": ("<image>",),
    "idefics3": ("<fake_token_around_image>", "<image>", "<global-img>", "<end_of_utterance>"),
}
"""A family's own tokens about a picture."""
SHOWN = {
    "gemma3": "<start_of_image>",
    "qwen2_5_vl": "<|vision_start|><|image_pad|><|vision_end|>",
    "llava": "<image>",
    "idefics3": "<image>",
}
"""How its prompt shows where the picture is."""
_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<turn>{{ m['role'] }}\n"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}SHOWN{% else %}{{ c['text'] }}{% endif %}{% endfor %}{% endif %}"
    "<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<turn>assistant\n{% endif %}"
)


def config_of(profile: Profile, ids: dict[str, int] | None = None):
    """The transformers config of `profile`; `ids` gives the special tokens' numbers."""
    import transformers as tf

    ids = ids or {}
    see = profile.vision
    text = dict(
        vocab_size=profile.vocabulary,
        hidden_size=profile.width,
        intermediate_size=profile.ffn,
        num_hidden_layers=profile.layers,
        num_attention_heads=profile.heads,
        num_key_value_heads=profile.kv_heads,
        pad_token_id=0,
        eos_token_id=5,
        bos_token_id=2,
    )
    if profile.kind == "gemma3":
        return tf.Gemma3Config(
            text_config=text | dict(head_dim=profile.head_dim, sliding_window=1024, max_position_embeddings=131072),
            vision_config=dict(
                hidden_size=see.width,
                intermediate_size=see.ffn,
                num_hidden_layers=see.layers,
                num_attention_heads=16,
                image_size=see.picture,
                patch_size=14,
                vision_use_head=False,
            ),
            mm_tokens_per_image=see.tokens,
            boi_token_index=ids.get("<start_of_image>", 6),
            eoi_token_index=ids.get("<end_of_image>", 7),
            image_token_index=ids.get("<image_soft_token>", 8),
            eos_token_id=[5],
            tie_word_embeddings=profile.tied,
        )
    half = profile.head_dim // 2
    rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [half // 4, half * 3 // 8, half * 3 // 8]}
    return tf.Qwen2_5_VLConfig(
        text_config=text | dict(rope_parameters=rope, max_position_embeddings=128000),
        vision_config=dict(
            depth=see.layers, hidden_size=see.width, intermediate_size=see.ffn, num_heads=16,
            out_hidden_size=profile.width,
        ),
        image_token_id=ids.get("<|image_pad|>", 8),
        video_token_id=ids.get("<|video_pad|>", 9),
        vision_start_token_id=ids.get("<|vision_start|>", 6),
        vision_end_token_id=ids.get("<|vision_end|>", 7),
        tie_word_embeddings=profile.tied,
    )  # fmt: skip


def build(profile: Profile, folder: Path, device: str, seed: int = 0) -> Path:
    """`profile` with random bfloat16 weights in folder/base, an adapter in folder/adapter. Returns `folder`. On the
    device "meta" the base's weights are left out, for `load` to make."""
    import torch
    import transformers as tf
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)
    words = tokenizer(profile.kind)
    ids = {token: words.convert_tokens_to_ids(token) for token in IMAGE[profile.kind]}
    config = config_of(profile, ids)
    with torch.device(device):
        model = tf.AutoModelForImageTextToText.from_config(config, dtype=torch.bfloat16)
    model.generation_config = tf.GenerationConfig(
        eos_token_id=5, pad_token_id=0, bos_token_id=2, do_sample=False, suppress_tokens=[*range(6), *ids.values()]
    )
    base, adapter = folder / "base", folder / "adapter"
    if device == "meta":
        _save_empty(model, base)
    else:
        model.save_pretrained(base, max_shard_size="5GB")
    _save_processor(profile, words, base)
    (base / "carm.json").write_text(json.dumps({"prompt": "full"}))
    tuned = get_peft_model(model, LoraConfig(r=LORA_RANK, lora_alpha=LORA_ALPHA, target_modules=ATTENTION))
    taught = {
        name: torch.empty(weight.shape, dtype=weight.dtype).normal_(std=0.01)
        for name, weight in tuned.named_parameters()
        if "lora_" in name
    }
    tuned.save_pretrained(adapter, state_dict=taught)
    return folder


def _save_empty(model, base: Path) -> None:
    from safetensors.torch import save_file

    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(base)
    model.generation_config.save_pretrained(base)
    save_file({}, base / "model.safetensors", {"format": "pt"})


def load(base: Path, bits: int, device: str):
    """As `weights.load_weights`, through the same code, with each weight made on `device` when it is asked for: twelve
    thousand million take seconds and no disk."""
    import torch
    import transformers as tf

    config = tf.AutoConfig.from_pretrained(str(base), **LOCAL)
    with torch.device("meta"):
        empty = tf.AutoModelForImageTextToText.from_config(config, dtype=torch.bfloat16)
    state = {
        name: _Made(weight.shape, device)
        for name, weight in empty.named_parameters(remove_duplicate=False)
        if name not in empty.all_tied_weights_keys
    }
    place = {"device_map": {"": torch.cuda.current_device() if device == "cuda" else "cpu"}}
    model, told = type(empty).from_pretrained(
        None, config=config, state_dict=state, output_loading_info=True, **place | options(bits, device)
    )
    if left := told["missing_keys"] or told["unexpected_keys"]:
        raise ValueError(f"The random weights do not fit the model: {sorted(left)[0]}.")
    model.generation_config = tf.GenerationConfig.from_pretrained(str(base), local_files_only=True)
    return model


class _Made:
    """Stands for a bfloat16 tensor of a safetensors file. Vectors, which scale, are ones."""

    def __init__(self, shape, device: str):
        self._shape, self._device = tuple(shape), device

    def get_shape(self) -> list[int]:
        return list(self._shape)

    def get_dtype(self) -> str:
        return "BF16"

    def __getitem__(self, whole):
        import torch

        made = torch.ones(self._shape, dtype=torch.bfloat16, device=self._device)
        return made.normal_(std=0.02) if made.ndim > 1 else made


def tokenizer(kind: str, words: int = WORDS, longest: int = 8192):
    """A tokenizer of at most `words` tokens with the family's own ones and chat template, learnt from our preambles."""
    import transformers as tf
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    from inference.preamble import preamble
    from inference.prompts import TASKS

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=words,
        special_tokens=[*CONTROL, *IMAGE[kind]],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([preamble(task) for task in TASKS], trainer)
    extra = dict(zip(("boi_token", "eoi_token", "image_token"), IMAGE[kind])) if kind == "gemma3" else None
    return tf.PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        eos_token="<end_of_turn>",
        bos_token="<bos>",
        unk_token="<unk>",
        padding_side="left",
        model_max_length=longest,
        extra_special_tokens=extra,
        chat_template=_TEMPLATE.replace("SHOWN", SHOWN[kind]),
    )


def _save_processor(profile: Profile, words, base: Path) -> None:
    import transformers as tf

    see = profile.vision
    if profile.kind == "gemma3":
        images = tf.Gemma3ImageProcessor(
            size={"height": see.picture, "width": see.picture}, image_seq_length=see.tokens, do_pan_and_scan=False
        )
        made = tf.Gemma3Processor(images, words, chat_template=words.chat_template, image_seq_length=see.tokens)
        made.save_pretrained(base)
        return
    save_qwen_processor(words, base)


def save_qwen_processor(words, base: Path) -> None:
    """Qwen2.5-VL's tokenizer and picture settings, as the published folders lay them out."""
    words.save_pretrained(base)
    settings = {
        "image_processor_type": "Qwen2VLImageProcessor",
        "processor_class": "Qwen2_5_VLProcessor",
        "patch_size": 14,
        "merge_size": 2,
        "temporal_patch_size": 2,
        "size": {"shortest_edge": 3136, "longest_edge": 12845056},
        "min_pixels": 3136,
        "max_pixels": 12845056,
    }
    (base / "preprocessor_config.json").write_text(json.dumps(settings))
