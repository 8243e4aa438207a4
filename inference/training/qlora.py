"""QLoRA on a big model (arXiv 2604.18740; 2305.14314): a frozen 4-bit base, a LoRA adapter on the attention projections
of both towers, the loss on the answer's tokens alone.

One process, or several under `accelerate launch -m carm_gui.cli train qlora --config FILE`: each sees its share of one
order of samples and the loss is the mean over all answers' tokens of the global batch, so the number of processes
changes nothing but time. Writes out/adapter, marked with its base's hash and its prompt, as the app opens it.

It is transformers' own Trainer and not trl's SFTTrainer: the collator masks all but the answer already, and the loss is
taken over the answers' tokens of the whole global batch.
"""

from __future__ import annotations

import json
import os

from inference.models.transformers import QUIET

# Read when torch and the hub's library are imported: nothing is fetched.
os.environ.update({**QUIET, **os.environ})

import math
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from logging import getLogger
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from inference.models.folder import ModelSpec, mark_base, mark_style, picture_size, weights_bytes
from inference.models.profiles import spec_of
from inference.models.weights import FLOAT32_BYTES, cannot_load, load_processor, quantisation, read_whole
from inference.training.pace import device_of
from inference.training.qlora_config import QloraRecipe
from inference.training.qlora_data import Collator, RadiographTickets, ViewTickets

PUBLISHED_SAMPLES = 3 * 50 * 1024
"""Three times 1,024 views of 50 subjects: the published recipe (arXiv 2604.18740)."""

ATTENTION = "q_proj|k_proj|v_proj|o_proj|out_proj|attn\\.qkv|attn\\.proj"
MLP = "gate_proj|up_proj|down_proj|fc1|fc2"
VISION = "vision_tower|vision_model|visual|vision_encoder"
NOT_FOR_VLLM = (
    "This adapter is of both towers: this program answers with all of it, but a vLLM server leaves its vision part out "
    'without a word; for a server set towers = "language", or serve what `carm merge ADAPTER --out FOLDER` makes of it.'
)


def train(recipe: QloraRecipe, resume: bool = False, say: Callable[[str], None] = print) -> dict:
    """Train the adapter; returns {"steps", "loss", "losses", "seconds", "samples"}. Raises ValueError (ModelError among
    them) with one sentence for what is missing or does not fit."""
    getLogger("bitsandbytes").setLevel("ERROR")  # it speaks when it is imported
    from accelerate import PartialState
    from transformers import PrinterCallback, TrainingArguments, logging
    from transformers.trainer_utils import get_last_checkpoint

    state = PartialState(cpu=_device(recipe) == "cpu")
    tell = say if state.is_main_process else lambda text: None
    for package in recipe.report:
        if find_spec(package) is None:
            raise ValueError(f"{package} is not installed; pip install {package}, or take it out of report.")
    if os.environ.get("ACCELERATE_USE_DEEPSPEED") == "true" and recipe.bits != 16:
        raise ValueError("DeepSpeed shares out a 16-bit base here: set bits = 16, or launch with accelerate/fsdp.yaml.")
    accumulation = recipe.accumulation(state.num_processes)
    try:
        spec = spec_of(recipe.base)
    except ValueError:
        for line in prices(PUBLISHED_SAMPLES, recipe):  # who has yet to fetch gigabytes wants to know what for
            tell(line)
        raise
    size = picture_size(spec.base)
    tickets = (ViewTickets if recipe.kind == "landmarks" else RadiographTickets)(
        recipe.data, recipe.seed, recipe.samples
    )
    steps = recipe.max_steps or max(1, math.floor(len(tickets) * recipe.epochs / recipe.global_batch))
    for line in forecast(recipe, spec, steps * recipe.global_batch, state.num_processes):
        tell(line)
    torch.manual_seed(recipe.seed)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    warnings.simplefilter("ignore", FutureWarning)  # the libraries' words to each other
    # Before the model is read: with DeepSpeed these say that its weights are shared out as they come.
    checkpoints = recipe.out / "checkpoints"
    arguments = TrainingArguments(
        output_dir=str(checkpoints),
        per_device_train_batch_size=recipe.batch,
        gradient_accumulation_steps=accumulation,
        max_steps=steps,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=math.ceil(recipe.warmup * steps),
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.clip,
        optim=_optimiser(recipe),
        bf16=_device(recipe) == "cuda",
        use_cpu=_device(recipe) == "cpu",
        gradient_checkpointing=recipe.checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False},
        logging_steps=recipe.log_every,
        logging_first_step=True,
        save_steps=recipe.save_every,
        save_total_limit=2,
        report_to=list(recipe.report),
        remove_unused_columns=False,
        label_names=["labels"],
        dataloader_num_workers=recipe.workers,
        # Each process draws the whole order of light tickets and opens its own share.
        accelerator_config={"dispatch_batches": False, "split_batches": False, "even_batches": True},
        ddp_find_unused_parameters=True,  # towers whose adapter a batch does not reach
        disable_tqdm=True,
        seed=recipe.seed,
        data_seed=recipe.seed,
    )
    tell(f"reading {spec.base}")
    if spec.adapter is not None:
        tell(f"leaving out the adapter in {spec.adapter}: a fresh one is trained on the base alone")
    try:
        processor = load_processor(spec.base)
        model = prepare(recipe, spec)
    except Exception as error:
        raise cannot_load(spec.base, error) from None
    if os.environ.get("ACCELERATE_USE_FSDP") == "true":
        os.environ["FSDP_TRANSFORMER_CLS_TO_WRAP"] = ",".join(layers(model))
    trainable = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    tell(f"{trainable:,} adapter weights; {steps} steps of {recipe.global_batch}")
    if recipe.towers == "both":
        tell(NOT_FOR_VLLM)
    collator = Collator(processor, recipe.kind, size, ends(model, processor))
    began = time.monotonic()
    trainer = _trainer_class()(
        model=model,
        args=arguments,
        train_dataset=_Endless(tickets, recipe.batch * state.num_processes),
        data_collator=collator,
        callbacks=[_telling(tell)],
    )
    trainer.remove_callback(PrinterCallback)
    last = get_last_checkpoint(str(checkpoints)) if resume and checkpoints.is_dir() else None
    if resume and last:
        tell(f"going on from {Path(last).name}")
    try:
        done = trainer.train(resume_from_checkpoint=last)
    except torch.cuda.OutOfMemoryError:
        raise ValueError(
            f"The card's memory is full at a batch of {recipe.batch}; set a smaller batch in the config (global_batch "
            "stays), or use several cards."
        ) from None
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    result = {
        "steps": done.global_step,
        "loss": done.training_loss,
        "losses": losses,
        "seconds": round(time.monotonic() - began, 1),
        "seconds_training": round(done.metrics.get("train_runtime", 0.0), 3),
        "samples": done.global_step * recipe.global_batch,
        "processes": state.num_processes,
    }
    _save(trainer, recipe, spec, result, state.is_main_process)
    tell(f"adapter in {recipe.out / 'adapter'}: {result['steps']} steps, loss {result['loss']:.4f}")
    return result


def prepare(recipe: QloraRecipe, spec: ModelSpec):
    """The base, frozen, with a fresh adapter, ready to be trained on this process's device."""
    from peft import LoraConfig, get_peft_model

    if recipe.unsloth == "auto" and _device(recipe) == "cuda" and find_spec("unsloth") is not None:
        return _unsloth(recipe, spec)
    model = _base(recipe, spec)
    model.requires_grad_(False)
    model.config.use_cache = False
    if recipe.checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=targets(recipe),
        bias="none",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def targets(recipe: QloraRecipe) -> str:
    """The regular expression of the modules that get an adapter."""
    names = f"{ATTENTION}|{MLP}" if recipe.mlp else ATTENTION
    where = rf"(?!.*({VISION})).*" if recipe.towers == "language" else r".*"
    return rf"{where}\.({names})"


def layers(model) -> list[str]:
    """Names of the classes whose modules FSDP shares out one by one. The published classes also name some that a given
    model has not (Gemma-3's pooling head), which accelerate refuses."""
    there = {type(module).__name__ for module in model.modules()}
    return sorted(there & set(model.get_base_model()._no_split_modules))


def ends(model, processor) -> list[int]:
    """The tokens at which the model stops."""
    known = model.generation_config.eos_token_id
    known = known if isinstance(known, list) else [known]
    return [token for token in [*known, processor.tokenizer.eos_token_id] if token is not None]


def prices(samples: int, recipe: QloraRecipe) -> list[str]:
    """The table of what every model needs on every card, at the recipe's bits."""
    from inference.training import qlora_estimate as guess

    return guess.table(samples, recipe.bits if recipe.bits in (4, 8, 16) else 4)


def forecast(recipe: QloraRecipe, spec: ModelSpec, samples: int, processes: int) -> list[str]:
    """Memory and time before it starts: the table of every model, and this run's own line."""
    from inference.models.on_disk import profile_of
    from inference.training import qlora_estimate as guess

    lines = prices(samples, recipe)
    mine = profile_of(spec.base)
    if mine is None:
        lines.append(f"{spec.base} is none of these; its weights are {weights_bytes(spec.base) / 1e9:.1f} GB on disk.")
        return lines
    shared = os.environ.get("ACCELERATE_USE_FSDP") == "true" or os.environ.get("ACCELERATE_USE_DEEPSPEED") == "true"
    need = guess.training_bytes(mine, recipe.bits, recipe.batch, recipe.checkpointing, processes if shared else 1)
    lines.append(
        f"This run: {mine.title}, batch {recipe.batch} on {processes} process(es): about {need / 1e9:.0f} GB each."
    )
    if torch.cuda.is_available() and recipe.device != "cpu":
        free = torch.cuda.mem_get_info()[0]
        lines.append(f"This card has {free / 1e9:.0f} GB free{'; it will not fit' if need > free else ''}.")
    return lines


# ---- parts -----------------------------------------------------------------------------------------


def _device(recipe: QloraRecipe) -> str:
    return device_of(recipe.device)


def _base(recipe: QloraRecipe, spec: ModelSpec):
    device = _device(recipe)
    small = device == "cpu" and weights_bytes(spec.base) <= FLOAT32_BYTES
    options: dict = {"dtype": torch.float32 if small else torch.bfloat16}
    if recipe.bits in (4, 8):
        settings = quantisation(recipe.bits, device)
        if os.environ.get("ACCELERATE_USE_FSDP") == "true":
            settings.bnb_4bit_quant_storage = torch.bfloat16  # FSDP shards tensors of one type alone
        else:
            place = int(os.environ.get("LOCAL_RANK", 0)) if device == "cuda" else "cpu"
            options["device_map"] = {"": place}
        options["quantization_config"] = settings
    return read_whole(spec.base, **options)


def _unsloth(recipe: QloraRecipe, spec: ModelSpec):
    from unsloth import FastVisionModel

    model, _ = FastVisionModel.from_pretrained(
        str(spec.base),
        load_in_4bit=recipe.bits == 4,
        load_in_8bit=recipe.bits == 8,
        use_gradient_checkpointing="unsloth" if recipe.checkpointing else False,
        local_files_only=True,
        trust_remote_code=False,
    )
    return FastVisionModel.get_peft_model(
        model,
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        bias="none",
        target_modules=targets(recipe),
        random_state=recipe.seed,
    )


def _optimiser(recipe: QloraRecipe) -> str:
    """8-bit AdamW where bitsandbytes has it: its processor build has none, and small tensors stay at 32 bits anyway."""
    eight = recipe.optimiser == "adamw_8bit" and _device(recipe) == "cuda" and find_spec("bitsandbytes") is not None
    return "adamw_bnb_8bit" if eight else "adamw_torch"


class _Endless(torch.utils.data.IterableDataset):
    """Epoch after epoch of tickets, so that the run is counted in steps alone. `chunk` tickets are one batch of every
    process: a loader's workers take turns by whole chunks, which keeps the order whatever their number."""

    def __init__(self, tickets, chunk: int):
        self.tickets, self.chunk = tickets, chunk

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        place = 0
        for epoch in range(1_000_000):
            self.tickets.set_epoch(epoch)
            for ticket in self.tickets:
                if place // self.chunk % workers == number:
                    yield ticket
                place += 1


def _trainer_class():
    from transformers import Trainer

    class AnswerTrainer(Trainer):
        """The mean over the answers' tokens of the global batch, however many processes and parts it has."""

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.model_accepts_loss_kwargs = True  # it counts the answers' tokens of the whole step then

        def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
            labels = inputs.pop("labels")
            kept = inputs["logits_to_keep"]
            outputs = model(**inputs)
            logits = outputs.logits[:, :-1].float()
            told = labels[:, -kept:][:, 1:]
            total = cross_entropy(logits.flatten(0, 1), told.flatten(), ignore_index=-100, reduction="sum")
            count = num_items_in_batch if num_items_in_batch is not None else (told != -100).sum()
            # Gradients are averaged over processes afterwards; the count is of all of them.
            loss = total / count * (self.accelerator.num_processes if num_items_in_batch is not None else 1)
            return (loss, outputs) if return_outputs else loss

    return AnswerTrainer


def _telling(tell: Callable[[str], None]):
    from transformers import TrainerCallback

    class Telling(TrainerCallback):
        def on_log(self, args, state, control, logs=None, **kwargs):
            if logs and "loss" in logs:
                tell(f"step {state.global_step}/{state.max_steps} loss {float(logs['loss']):.4f}")

    return Telling()


def _save(trainer, recipe: QloraRecipe, spec: ModelSpec, result: dict, main: bool) -> None:
    adapter = recipe.out / "adapter"
    model = trainer.accelerator.unwrap_model(trainer.model)
    model.peft_config["default"].base_model_name_or_path = str(spec.base.resolve())
    trainer.save_model(str(adapter))  # every process takes part where weights are shared out
    if not main:
        return
    for extra in ("README.md", "training_args.bin"):
        (adapter / extra).unlink(missing_ok=True)
    mark_base(adapter, spec.base)
    mark_style(adapter, "full")
    card = {"recipe": json.loads(recipe.model_dump_json()), **{k: v for k, v in result.items() if k != "losses"}}
    (adapter / "card.json").write_text(json.dumps(card, indent=1))
    (recipe.out / "losses.json").write_text(json.dumps(result["losses"]))
