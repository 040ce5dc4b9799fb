"""`kadian cards`: the office's pass cards on paper, for people without a phone."""

import json
import secrets
import sys
from datetime import date, datetime
from pathlib import Path

import click

from collector.operations.cards.homes import homes_of
from collector.operations.cards.issue import holder_of, issue, text_of
from collector.operations.cards.key import make_key, read_key
from collector.operations.cards.register import Register, Revoked
from collector.operations.cards.table import read_table
from kadian.errors import KadianError
from kadian.text import say

TODAY = "YYYY-MM-DD"
folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("data/cards"),
    show_default=True,
    help="签发钥匙和登记册放在这里 · where the signing key and the register are kept",
)


@click.group()
def cards() -> None:
    """通行证：打印、作废。Pass cards: printing and revoking."""


@cards.command()
@folder_option
@click.option("--id", "number", type=click.IntRange(0, 255), default=1, show_default=True, help="钥匙编号 · its number")
@click.option("--json", "as_json", is_flag=True, help="一行 JSON，可给 kadian code --trust。One JSON line.")
def key(folder: Path, number: int, *, as_json: bool) -> None:
    """做好签发钥匙（已有就不动），打印公钥。Makes the signing key unless it is there, and prints the public half."""
    public = make_key(folder, number).for_gates
    register = Register(folder)
    with register.adding():
        register.write_revoked(_today())
    if as_json:
        click.echo(json.dumps({"id": public.id, "public": public.public}))
        return
    click.echo("# 写进办公室的配置，各在自己的一节里 · into the office's settings, each line in its own section:")
    click.echo(f'[screening]\npass_keys = [{{ id = {public.id}, public = "{public.public}" }}]')
    click.echo(f'[codes]\nrevoked_file = "{register.revoked_path.resolve()}"')


@cards.command("issue")
@click.argument("table", type=click.Path(path_type=Path), metavar="LIST.csv|LIST.xlsx")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar=TODAY, help="最后一天 · last day")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="要打印的 PDF · the PDF to print")
@click.option("--household", is_flag=True, help="同一户的各行合成一张 · rows of one home become one card")
@click.option("--skip-bad", is_flag=True, help="有问题的行先不发 · issue the others where rows are bad")
@click.option("--title", default="", help="印在每张上的小区名 · the neighbourhood's name, on each card")
@click.option("--font", type=click.Path(path_type=Path), help="中文字体文件 · a font with Chinese characters")
@folder_option
def issue_command(
    *,
    table: Path,
    until: datetime,
    out: Path,
    household: bool,
    skip_bad: bool,
    title: str,
    font: Path | None,
    folder: Path,
) -> None:
    """按名单发通行证，打印成 A4。Issues cards to the people of a list, on A4 sheets.

    表头：姓名，或成员（几个人用顿号隔开，就是一家一张）；楼栋、单元、房号可有可无。Headings: name, or people (several
    names make one household card); building, unit, room if you like. 名字只印在纸上，不在码里。Names are on paper only.
    """
    # Imported here, for only printing needs them.
    from collector.operations.cards.font import find_font
    from collector.operations.cards.sheet import Printed, sheets

    if until.date() < _today():
        raise click.BadParameter(f"{until:%Y-%m-%d} < {_today()}", param_hint="--until")
    signing, face = read_key(folder), find_font(font)
    homes, mistakes = homes_of(read_table(table), together=household)
    for mistake in mistakes:
        reason = f"cards.mistake.{mistake.reason}"
        click.echo(f"{table}:{mistake.number}  {say(reason)} {say(reason, 'en')}", err=True)
    if (mistakes and not skip_bad) or not homes:
        raise KadianError("K0268", str(table), bad=len(mistakes), good=len(homes))
    _write(out, b"")  # before a card is registered that could not be printed
    register = Register(folder)
    with register.adding():
        first = max((card.number for card in register.cards()), default=0) + 1
        made = issue(homes, first, until.date(), datetime.now().astimezone(), secrets.token_bytes)
        pdf = sheets([Printed(card, text_of(card, signing)) for card in made], title, face)
        # In the register before anybody can print one: a card that nobody knows of could not be revoked.
        register.add(made, _today())
        _write(out, pdf)
    people = sum(len(card.people) for card in made)
    click.echo(
        f"{out}：{len(made)} 张，{people} 人，编号 {made[0].number:05}–{made[-1].number:05}\n"
        f"{out}: {len(made)} cards for {people} people"
    )


@cards.command()
@click.argument("named", metavar="NUMBER|NUMBER.PERSON|HOLDER")
@folder_option
def revoke(named: str, folder: Path) -> None:
    """作废一张证（17）、一家中的一人（17.2）或一个持有人号。Revokes a card, one person of a household, or a holder."""
    register = Register(folder)
    with register.adding():
        found = holder_of(register.cards(), named)
        if found is None:
            raise KadianError("K0270", named)
        holder, card = found
        known = holder in register.revoked()
        register.add([] if known else [Revoked(holder, datetime.now().astimezone())], _today())
    # One person of a household is not the household.
    one = [f"{card.number:05}.{place}" for place, person in enumerate(card.people, 1) if person.holder == holder]
    whose = one[0] if one and card.holder != holder else f"{card.number:05}"
    before = ("之前就", " was already revoked") if known else ("", " is revoked")
    click.echo(
        f"{whose} {before[0]}已作废，办公室几秒后告诉各卡点；没有网的卡点要等连上。\n"
        f"{whose}{before[1]}; the office tells its gates within seconds, those off the network later."
    )


@cards.command("list")
@folder_option
def list_command(folder: Path) -> None:
    """登记册，含姓名。The register, with names."""
    register = Register(folder)
    revoked = register.revoked()
    for card in register.cards():
        state = "已作废 revoked" if card.holder in revoked else f"{card.until}"
        people = "、".join(
            person.name + ("（已作废 revoked）" if person.holder in revoked else "") for person in card.people
        )
        click.echo(f"{card.number:05}  {state}  {card.place}  {people}")
    sys.stdout.flush()


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise KadianError("K0269", str(out), reason=error.strerror or str(error)) from error


def _today() -> date:
    return datetime.now().astimezone().date()
