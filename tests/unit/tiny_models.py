"""Builds tiny real models for tests: a stock Gemma3 with processor and tokenizer, and a LoRA adapter.

Their weights are random and their replies mean nothing; they go through exactly the road that a trained model takes.
"""

from __future__ import annotations

from pathlib import Path

from inference import prompts

SPECIAL = (
    "<pad>",
    "<eos>",
    "<bos>",
    "<unk>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<start_of_image>",
    "<end_of_image>",
    "<image_soft_token>",
)
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<start_of_turn>"
    "{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<start_of_image>{% else %}{{ c['text'] }}{% endif %}{% endfor %}{% endif %}"
    "<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)


SIZE = 32
"""Side of the picture that the tiny models see."""


def build_base(folder: Path, seed: int = 0, width: int = 32, endless: bool = True) -> Path:
    """A base model of some 30,000 parameters in `folder`. With `endless` it never ends a reply by itself."""
    import torch
    import transformers as tf
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    torch.manual_seed(seed)
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    words.train_from_iterator(
        [prompts.locate_prompt(2), prompts.retrieval_prompt(), prompts.navigate_prompt("skull")],
        trainers.BpeTrainer(
            vocab_size=300,
            special_tokens=list(SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer = tf.PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="<pad>",
        eos_token="<end_of_turn>",
        bos_token="<bos>",
        unk_token="<unk>",
        padding_side="left",
        model_max_length=2048,
        extra_special_tokens={
            "image_token": "<image_soft_token>",
            "boi_token": "<start_of_image>",
            "eoi_token": "<end_of_image>",
        },
    )
    images = tf.Gemma3ImageProcessor(size={"height": SIZE, "width": SIZE}, image_seq_length=4, do_pan_and_scan=False)
    tf.Gemma3Processor(images, tokenizer, chat_template=CHAT_TEMPLATE, image_seq_length=4).save_pretrained(folder)
    config = tf.Gemma3Config(
        text_config=dict(
            vocab_size=len(tokenizer),
            hidden_size=width,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=16,
            query_pre_attn_scalar=16,
            sliding_window=1024,
            max_position_embeddings=2048,
            pad_token_id=0,
            eos_token_id=5,
            bos_token_id=2,
            tie_word_embeddings=False,
        ),
        vision_config=dict(
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=SIZE,
            patch_size=SIZE // 4,
            vision_use_head=False,
        ),
        mm_tokens_per_image=4,
        boi_token_index=6,
        eoi_token_index=7,
        image_token_index=8,
        eos_token_id=[5],
        tie_word_embeddings=False,
    )
    model = tf.Gemma3ForConditionalGeneration(config)
    torch.nn.init.normal_(model.model.multi_modal_projector.mm_input_projection_weight, std=0.3)
    for name, weight in model.named_parameters():
        if weight.ndim > 1 and "projection_weight" not in name:
            torch.nn.init.normal_(weight, std=0.3)
    model.generation_config = tf.GenerationConfig(
        eos_token_id=5,
        pad_token_id=0,
        bos_token_id=2,
        do_sample=False,
        suppress_tokens=list(range(len(SPECIAL))) if endless else None,
    )
    model.save_pretrained(folder)
    return folder


def build_adapter(base: Path, folder: Path, seed: int = 1) -> Path:
    """A LoRA adapter for `base` in `folder`, its weights random so that it changes the replies."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForImageTextToText

    torch.manual_seed(seed)
    model = AutoModelForImageTextToText.from_pretrained(base, local_files_only=True)
    model = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"]))
    for name, weight in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.5)
    model.save_pretrained(folder)
    return folder
