"""Archives and mails around things, each with the names under which its members must come out."""

import gzip
import io
import random
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.pile import mails
from tests.pile.truth import UNREADABLE, Expectation, Expected, sha256
from tests.resave.zips import zip_of


@dataclass(frozen=True)
class Member:
    """A thing under the name that it has inside."""

    kind: str
    name: str
    data: bytes
    expectation: Expectation | None


@dataclass(frozen=True)
class Packed:
    """A container: its bytes by file name, and what must come out, with sources relative to the container's folder."""

    files: dict[str, bytes]
    expected: list[Expected]


Container = Callable[[Sequence[Member], random.Random, str], Packed]
"""Members, chance, name without suffix → the container."""


def _inside(members: Sequence[Member], container: str) -> list[Expected]:
    return [Expected(m.kind, f"{container}/{m.name}", m.expectation, sha256(m.data)) for m in members]


def _somewhere(members: Sequence[Member], container: str) -> list[Expected]:
    return [Expected(m.kind, f"{container}/", m.expectation, sha256(m.data), ends=f"/{m.name}") for m in members]


def _zip(name: str, members: Sequence[tuple[str | bytes, bytes]], expected: list[Expected]) -> Packed:
    return Packed({name: zip_of(members)}, expected)


def plain_zip(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    return _zip(f"{name}.zip", [(m.name, m.data) for m in members], _inside(members, f"{name}.zip"))


def zip_with_folders(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    packed = [("年报/", b""), *((f"年报/{m.name}", m.data) for m in members)]
    return _zip(f"{name}.zip", packed, _inside(members, f"{name}.zip/年报"))


def gbk_zip(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    """Names in GBK without the flag of UTF-8, as Windows packs them."""
    packed = [(m.name.encode("gbk"), m.data) for m in members]
    return _zip(f"{name}.zip", packed, _inside(members, f"{name}.zip"))


def zip_in_zip(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    inner = zip_of((m.name, m.data) for m in members)
    return _zip(f"{name}.zip", [("各科室.zip", inner)], _inside(members, f"{name}.zip/各科室.zip"))


def mail_in_zip(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    inner = mails.mail([(m.name, m.data) for m in members], chance)
    return _zip(f"{name}.zip", [("邮件.eml", inner)], _inside(members, f"{name}.zip/邮件.eml"))


def tar(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    return Packed({f"{name}.tar": _tar(members)}, _inside(members, f"{name}.tar"))


def tar_gz(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    return Packed({f"{name}.tar.gz": gzip.compress(_tar(members), mtime=0)}, _inside(members, f"{name}.tar.gz"))


def _tar(members: Sequence[Member]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as target:
        for member in members:
            info = tarfile.TarInfo(member.name)
            info.size = len(member.data)
            target.addfile(info, io.BytesIO(member.data))
    return out.getvalue()


def locked_zip(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    """Members behind a password that nobody told us: each cannot be opened."""
    locked = Expectation(UNREADABLE, must=("FILE-",))
    data = zip_of(((m.name, m.data) for m in members), locked=True)
    return Packed({f"{name}.zip": data}, [Expected("locked member", f"{name}.zip/{m.name}", locked) for m in members])


def mail(spelling: str) -> Container:
    def make(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
        data = mails.mail([(m.name, m.data) for m in members], chance, spelling)
        return Packed({f"{name}.eml": data}, _inside(members, f"{name}.eml"))

    return make


def forwarded(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    inner = mails.mail([(m.name, m.data) for m in members], chance, chance.choice(list(mails.SPELLINGS)))
    return Packed({f"{name}.eml": mails.mail((), chance, inside=inner)}, _somewhere(members, f"{name}.eml"))


def zip_in_mail(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    packed = zip_of((m.name.encode("gbk"), m.data) for m in members)
    data = mails.mail([("年报.zip", packed)], chance)
    return Packed({f"{name}.eml": data}, _inside(members, f"{name}.eml/年报.zip"))


def mail_box(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    sent = [mails.mail([(m.name, m.data)], chance, chance.choice(list(mails.SPELLINGS))) for m in members]
    return Packed({f"{name}.mbox": mails.mbox(sent)}, _somewhere(members, f"{name}.mbox"))


def maildir(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    files, expected = {}, []
    for number, member in enumerate(members):
        box = chance.choice(("cur", "new"))
        path = f"{name}-Maildir/{box}/17053{number:05d}.M{number}P1.host" + (":2,S" if box == "cur" else "")
        files[path] = mails.mail([(member.name, member.data)], chance)
        expected += _somewhere([member], f"{name}-Maildir")
    return Packed({**files, f"{name}-Maildir/tmp/": b""}, expected)


def winmail(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    data = mails.winmail([(m.name, m.data) for m in members])
    return Packed({f"{name}-winmail.dat": data}, _inside(members, f"{name}-winmail.dat"))


def winmail_in_mail(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    data = mails.mail([("winmail.dat", mails.winmail([(m.name, m.data) for m in members]))], chance)
    return Packed({f"{name}.eml": data}, _inside(members, f"{name}.eml/winmail.dat"))


def empty_mail(members: Sequence[Member], chance: random.Random, name: str) -> Packed:
    """A mail without attachment is passed over; what was meant to be in it never came."""
    return Packed({f"{name}.eml": mails.mail_without(chance)}, [Expected("mail without", f"{name}.eml", None)])


CONTAINERS: dict[str, Container] = {
    "zip": plain_zip,
    "zip with folders": zip_with_folders,
    "zip with GBK names": gbk_zip,
    "zip in zip": zip_in_zip,
    "mail in zip": mail_in_zip,
    "tar": tar,
    "tar.gz": tar_gz,
    "locked zip": locked_zip,
    **{f"mail, name as {spelling}": mail(spelling) for spelling in mails.SPELLINGS},
    "forwarded mail": forwarded,
    "zip in mail": zip_in_mail,
    "mbox": mail_box,
    "Maildir": maildir,
    "winmail.dat": winmail,
    "winmail.dat in mail": winmail_in_mail,
    "mail without attachment": empty_mail,
}
