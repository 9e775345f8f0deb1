"""make demo: the main job on a real agency's published figures, from the blank form to the report, into out/."""

import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
OUT = TOP / "out"
EXAMPLE = TOP / "examples" / "waishi-2023.json"


def tianbao(*arguments: str | Path, expect: int = 0) -> None:
    """Runs one command as a user would; another exit code than the expected one ends the demo."""
    shown = " ".join(str(argument).replace(f"{TOP}/", "") for argument in arguments)
    print(f"\n$ tianbao {shown}", flush=True)
    done = subprocess.run([sys.executable, "-m", "tianbao", *map(str, arguments)], cwd=TOP, check=False)
    if done.returncode != expect:
        raise SystemExit(f"demo: exit code {done.returncode}, expected {expect}")


def main() -> None:
    """Empty template → published figures checked → the same through the template → the official report."""
    OUT.mkdir(exist_ok=True)
    for old in ("template.xlsx", "published.json", "check.json", "filled.xlsx", *_reports()):
        (OUT / old).unlink(missing_ok=True)
    tianbao("template", "--year", "2023", "--agency", "示例区外事办公室", "-o", "out/template.xlsx")
    shutil.copyfile(EXAMPLE, OUT / "published.json")
    tianbao("check", "out/published.json", "--json", "out/check.json", expect=1)
    tianbao("fill", "out/published.json", "-o", "out/filled.xlsx")
    tianbao("check", "out/filled.xlsx")
    tianbao("report", "out/filled.xlsx", "-o", "out", "--watermark", "示例")
    print(_CLOSING)


def _reports() -> list[str]:
    return [f"report.{suffix}" for suffix in ("docx", "html", "pdf", "json")]


_CLOSING = """
out/template.xlsx        空白填报表：用 WPS 或 Excel 打开，试着往灰色的总计格里填数
out/published.json       照原样录入的已公布数字；out/check.json 是它的校验结果：四处不符
out/filled.xlsx          同样的数字填进模板，总计由公式算出，四处不符随之消失，校验通过
out/report.docx .html .pdf .json   由它生成的正式年报，写出后已逐格读回核对
接着可以试：改 out/filled.xlsx 里的一个数字，再运行 .venv/bin/tianbao check out/filled.xlsx"""

if __name__ == "__main__":
    main()
