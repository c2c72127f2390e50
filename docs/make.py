"""Write the page of each defect, ``docs/defects/<name>.md``, from its docstring and signature.

Run ``make docs``; nothing is written twice by hand, so the pages are not committed.
"""

from __future__ import annotations

import re
from pathlib import Path

from dataaudit.defects import Defect, registry

FOLDER = Path(__file__).parent / "defects"
_UNDERLINED = re.compile(r"^(.+)\n-{3,}$", flags=re.MULTILINE)


def page(defect: type[Defect]) -> str:
    """Return one page: what the docstring says, then the parameters with their defaults."""
    title, _, rest = defect.documentation().partition("\n")
    fields = defect.parameters().model_fields
    rows = [f"| `{name}` | `{field.get_default()!r}` |" for name, field in fields.items()]
    table = "\n".join(["| parameter | default |", "|---|---|", *rows]) if rows else "It takes none."
    body = _UNDERLINED.sub(r"## \1\n", rest)
    return f"# {defect.code} {defect.name()}\n\n{title}\n{body}\n\n## Parameters\n\n{table}\n"


def main() -> None:
    """Write every page and the list of them."""
    FOLDER.mkdir(exist_ok=True)
    lines = ["# Defects", ""]
    for name, defect in registry().items():
        (FOLDER / f"{name}.md").write_text(page(defect), encoding="utf-8")
        summary = defect.documentation().partition("\n")[0]
        lines.append(f"- [{defect.code} {name}]({name}.md): {summary}")
    (FOLDER / "README.md").write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
