"""From a local folder to a processor, a model and its adapter: safetensors only, no code from the folder, nothing from
the network. What running and training share. Torch and transformers are imported late."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

from inference.models.interface import ModelError
from sim.resource import install

FLOAT32_BYTES = 4_000_000_000
"""Larger checkpoints keep their own type on a processor."""
LOCAL = {"local_files_only": True, "trust_remote_code": False}


def load_processor(base: Path):
    """The base's processor; Qwen2.5-VL's by its parts, since its videos alone need torchvision. Raises ModelError for
    one without a chat template, and whatever the library raises."""
    import transformers

    kind = json.loads((base / "config.json").read_text()).get("model_type")
    processor = _qwen(base) if kind == "qwen2_5_vl" else transformers.AutoProcessor.from_pretrained(str(base), **LOCAL)
    if not processor.chat_template:
        raise ModelError(
            f"{base} has no chat template, so it cannot be asked anything; choose a model that was taught to follow "
            "instructions (-it, -Instruct), or copy the rest of it."
        )
    return processor


def _qwen(base: Path):
    import transformers
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    images = Qwen2VLImageProcessorPil.from_pretrained(str(base), **LOCAL)
    words = transformers.AutoTokenizer.from_pretrained(str(base), **LOCAL)
    return _without_video(transformers.Qwen2_5_VLProcessor)(images, words, chat_template=_template(base, words))


def _without_video(kind):
    """The processor class without the part that reads videos; no picture goes through it."""

    class Stills(kind):
        def __init__(self, image_processor=None, tokenizer=None, chat_template=None, **kwargs):
            super().__init__(image_processor, tokenizer, None, chat_template=chat_template)

        def check_argument_for_proper_class(self, name, argument):
            return None if name == "video_processor" else super().check_argument_for_proper_class(name, argument)

    Stills.__name__ = kind.__name__
    return Stills


def _template(base: Path, words) -> str | None:
    file = base / "chat_template.jinja"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    try:
        return json.loads((base / "chat_template.json").read_text(encoding="utf-8"))["chat_template"]
    except (OSError, ValueError, KeyError):
        return words.chat_template


def load_weights(base: Path, bits: int, device: str):
    """The model of `base` on `device`, see `options` for `bits`. Raises ModelError when bitsandbytes is missing, and as
    `read_whole`."""
    return read_whole(base, **options(bits, device))


def read_whole(base: Path, **options):
    """The model of `base`, read with transformers' own `options`, seeing as `contrast` says. Raises ModelError when
    the files lack weights, which transformers would make up at random."""
    import transformers

    from inference.models.contrast import with_even_contrast

    model, found = transformers.AutoModelForImageTextToText.from_pretrained(
        str(base), use_safetensors=True, output_loading_info=True, **options, **LOCAL
    )
    if lacking := sorted(found["missing_keys"]):
        raise ModelError(f"{base} lacks {len(lacking)} of its weights ({lacking[0]}); fetch or copy it anew.")
    return with_even_contrast(model)


def cannot_load(where: Path, error: Exception) -> ModelError:
    """What the libraries said while they read the folder `where`, as one sentence."""
    if isinstance(error, ModelError):
        return error
    said = str(error)
    if isinstance(error, MemoryError) or "out of memory" in said.lower():
        return ModelError(f"The model in {where} does not fit into memory; choose fewer bits.")
    if type(error).__name__ == "SafetensorError":
        return ModelError(f"A safetensors file in {where} is damaged; fetch or copy it anew.")
    if "size mismatch" in said:
        return ModelError(f"The adapter in {where} was made with another base: its weights are of other sizes.")
    if "ignore_mismatched_sizes" in said:
        return ModelError(f"The weights in {where} are not those of its config.json; fetch or copy it anew.")
    if isinstance(error, json.JSONDecodeError) or "not a valid JSON file" in said:
        return ModelError(f"A JSON file in {where} is cut off or damaged; fetch or copy it anew.")
    no_words = isinstance(error, AttributeError) and "Tokenizer" in said
    if no_words or (said.startswith("Can't load") and ("processor" in said or "tokenizer" in said)):
        return ModelError(f"{where} lacks the files of its processor or its tokenizer; fetch or copy the rest of it.")
    if isinstance(error, KeyError):
        return ModelError(f"The model in {where} cannot be loaded: it names {said}, which is not known here.")
    if "custom code" in said:
        return ModelError(f"The model in {where} needs code of its own, which is never run here; choose another model.")
    if "for this kind of AutoModel" in said or "does not recognize this architecture" in said:
        return ModelError(f"The model in {where} is of a class that takes no pictures, or that is not known here.")
    return ModelError(f"The model in {where} cannot be loaded: {sentence(error)}")


def sentence(error: Exception) -> str:
    """What a library's error says, in one line."""
    first = " ".join(str(error).split())[:200] or type(error).__name__
    return first.rstrip(".") + "."


def options(bits: int, device: str) -> dict:
    """What `from_pretrained` is told. bits 32: float32; 16: as stored, float32 made bfloat16; 8 and 4: bitsandbytes,
    4 as NF4 with double quantisation (QLoRA, arXiv 2305.14314). Raises ModelError when bitsandbytes is missing."""
    import torch

    if bits not in (4, 8):
        return {"dtype": torch.float32 if bits == 32 else torch.bfloat16}
    return {
        "dtype": torch.float32 if device == "cpu" else torch.bfloat16,
        "quantization_config": quantisation(bits, device),
        "device_map": {"": torch.cuda.current_device() if device == "cuda" else "cpu"},
    }


def quantisation(bits: int, device: str):
    """bitsandbytes' settings. On a processor it computes in float32, which is ten times faster than bfloat16 there."""
    import torch
    import transformers

    try:
        import bitsandbytes  # noqa: F401
    except ImportError:
        raise ModelError(f"{bits} bits a weight need bitsandbytes: {install('large')}.") from None
    if bits == 8:
        return transformers.BitsAndBytesConfig(load_in_8bit=True)
    return transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32 if device == "cpu" else torch.bfloat16,
    )


def with_adapter(model, adapter: Path, merge: bool):
    """The model with its adapter, for answering. Merged, a token costs what it costs without: for weights of 32 and 16
    bits (rounding the sum to bfloat16 costs no more than bfloat16's own arithmetic; a test holds it). Quantised
    weights keep the adapter beside them. Raises ModelError as `put_adapter`."""
    from inference.models.lora import lean

    model = put_adapter(model, adapter)
    return model.merge_and_unload() if merge else lean(model)


def put_adapter(model, adapter: Path, **options):
    """peft's model of `model` with its adapter, read with peft's own `options`. Raises ModelError for an adapter whose
    names the model does not know, which peft would leave without effect."""
    from peft import PeftModel

    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Found missing adapter keys")
        try:
            return PeftModel.from_pretrained(model, str(adapter), local_files_only=True, **options)
        except UserWarning:
            raise ModelError(
                f"The adapter in {adapter} names layers that this model has not; it was made with another base, or for "
                "other versions of its libraries."
            ) from None
