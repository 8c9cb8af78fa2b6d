/** Exit status of the program below when the interpreter has no vLLM. */
export const NO_VLLM = 3;

/**
 * Python that prints a layout manifest. Its argument: JSON of class name → module; classes that this vLLM lacks are left out. The manifest goes to
 * what was standard output at the start: what vLLM logs while it is imported goes to standard error.
 */
export const LAYOUT_PROGRAM = `
import dataclasses, enum, importlib, importlib.util, json, os, sys

if importlib.util.find_spec("vllm") is None:
    sys.exit(${NO_VLLM})
out = os.dup(1)
os.dup2(2, 1)
import msgspec, vllm

ABSENT = (dataclasses.MISSING, msgspec.NODEFAULT)


def fields_of(cls):
    """(name, default, default factory) of each field, and whether they travel as an array."""
    if dataclasses.is_dataclass(cls):
        return [(f.name, f.default, f.default_factory) for f in dataclasses.fields(cls)], False
    if issubclass(cls, tuple):
        nothing = msgspec.NODEFAULT
        return [(name, cls._field_defaults.get(name, nothing), nothing) for name in cls._fields], True
    fields = [(f.encode_name, f.default, f.default_factory) for f in msgspec.structs.fields(cls)]
    return fields, cls.__struct_config__.array_like


def describe(cls):
    fields, positional = fields_of(cls)
    defaults = {}
    for name, default, factory in fields:
        if default in ABSENT and factory in ABSENT:
            continue
        value = factory() if default in ABSENT else default
        value = value.value if isinstance(value, enum.Enum) else value
        try:
            json.dumps(value, allow_nan=False)
            defaults[name] = value
        except (TypeError, ValueError):
            pass
    form = "array" if positional else "map"
    return {"form": form, "fields": [name for name, _, _ in fields], "defaults": defaults}


structs = {}
for name, module in json.loads(sys.argv[1]).items():
    try:
        structs[name] = describe(getattr(importlib.import_module(module), name))
    except (AttributeError, ModuleNotFoundError):
        pass
with os.fdopen(out, "w") as manifest:
    json.dump({"vllm_version": vllm.__version__, "structs": structs}, manifest)
`;
