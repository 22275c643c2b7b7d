"""From what a source publishes to images."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ..domain.osimage import ImageError, OsImage, is_line
from ..rapi.errors import gettext_noop
from . import listings
from .listings import File
from .sources import Kind, Source
from .web import Broken, FileBroken, Web

MOST_FILES = 200
MOST_IMAGES = 1000
MOST_PROBLEMS = 200
# MariaDB keeps no JSON that is nested more than 32 levels deep.
DEEPEST = 16
AT_ONCE = 4
LONGEST_DESCRIPTION = 200

# The ends of file names, and what instance-image calls them.
FORMATS = {".tar.gz": "tarball", "-root.dump": "dump", ".img": "qemu"}
SNF_FORMATS = {f".{name}": name for name in ("diskdump", "extdump", "ntfsdump")}
SNF_PROVIDER = "snf-image+default"
# What snf-image must be told of a disk; of most images this is true.
SNF_PROPERTIES = {"OSFAMILY": "linux", "ROOT_PARTITION": "1"}
_ARCHITECTURE = re.compile(r"-(x86_64|x86|amd64|i[3-6]86|arm64|aarch64)$")


@dataclass(slots=True)
class Found:
    """What a source has, and what is wrong with single files there.

    ``error`` says why this is not all of it.
    """

    images: list[OsImage] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""


Files = dict[str, File]
# Reads one of the files that make images; notes what is wrong beside the image.
Reader = Callable[["_Place", File], list[OsImage]]


@dataclass(slots=True)
class _Place:
    """A source while it is read."""

    source: Source
    web: Web
    files: Files
    problems: list[tuple[str, str]] = field(default_factory=list)

    def beside(self, file: File, ending: str) -> bytes | None:
        """Return what is in the file that has this one's name and an ending."""
        other = self.files.get(file.name + ending)
        return self.web.get(other.url).body if other else None

    def complain(self, file: File, reason: object, ending: str = "") -> None:
        self.problems.append((file.name + ending, str(reason)))


def read(source: Source) -> Found:
    """Fetch a source's listing and what it names; raises Broken."""
    web = Web()
    try:
        page = web.get(source.url)
        place = _Place(source, web, listings.files(page.body, page.url))
        return _images(place)
    finally:
        web.close()


def _images(place: _Place) -> Found:
    reader, endings = _READERS[place.source.kind]
    wanted = [file for file in place.files.values() if file.name.endswith(endings)]
    found = Found(problems=place.problems)
    for extra in wanted[MOST_FILES:][:1]:
        message = gettext_noop(
            "Too many images: this one and the following are skipped."
        )
        place.complain(extra, message)
    with ThreadPoolExecutor(AT_ONCE, "image files") as pool:
        for images, error in pool.map(
            lambda file: _safely(reader, place, file), wanted[:MOST_FILES]
        ):
            found.images += images
            found.error = found.error or error
    found.images = list(_once_each(found))
    if len(found.images) > MOST_IMAGES:
        message = gettext_noop(
            "Too many images: this one and the following are skipped."
        )
        found.problems.insert(0, (found.images[MOST_IMAGES].id, message))
    found.images = found.images[:MOST_IMAGES]
    found.problems = sorted(found.problems[:MOST_PROBLEMS])
    return found


def _safely(reader: Reader, place: _Place, file: File) -> tuple[list[OsImage], str]:
    """Read one file; what is wrong with it costs no other one.

    The second value says that the source broke while it was read.
    """
    try:
        return reader(place, file), ""
    except (ImageError, FileBroken) as exc:
        place.complain(file, exc)
    except Broken as exc:
        return [], str(exc)
    return [], ""


def _once_each(found: Found) -> Iterator[OsImage]:
    """Yield the images, of those with the same id the first."""
    ids: set[str] = set()
    for image in found.images:
        if image.id in ids:
            message = gettext_noop("Another file here has an image with this ID.")
            found.problems.append((image.id, message))
        else:
            ids.add(image.id)
            yield image


# -- OPERATING_SYSTEMS_URLS


def _plain(place: _Place, file: File) -> list[OsImage]:
    """Describe a file as instance-image knows it: by its name on the nodes."""
    ending = next(end for end in FORMATS if file.name.endswith(end))
    name = _ARCHITECTURE.sub("", file.name.removesuffix(ending))
    image = {
        "description": _description(place, file) or file.name,
        "provider": place.source.provider,
        "osparams": {"img_id": name, "img_format": FORMATS[ending]},
        "ssh_key_param": place.source.ssh_key_param,
    }
    return [OsImage.from_stranger(file.name, image)]


def _description(place: _Place, file: File) -> str:
    """Return what the .dsc beside a file says; an image can do without."""
    try:
        body = place.beside(file, ".dsc")
        return "" if body is None else _line_of(body)
    except (ImageError, FileBroken) as exc:
        place.complain(file, exc, ".dsc")
        return ""


def _line_of(body: bytes) -> str:
    """Return the first line of a text that is not empty; raises ImageError."""
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as exc:
        raise ImageError(gettext_noop("It isn't valid UTF-8 text.")) from exc
    line = " ".join(next(filter(str.strip, lines), "").split())
    if not is_line(line):
        raise ImageError(gettext_noop("It contains no text."))
    return line[:LONGEST_DESCRIPTION]


# -- SNF_OPERATING_SYSTEMS_URLS


def _snf(place: _Place, file: File) -> list[OsImage]:
    """Describe a file as snf-image wants it: an address that the node fetches.

    The .meta beside it, which snf-image-creator writes, says what is in it.
    """
    ending = next(end for end in SNF_FORMATS if file.name.endswith(end))
    given = _snf_properties(place, file)
    if given is None:
        return []
    properties = {**SNF_PROPERTIES, **given}
    described = properties.pop("DESCRIPTION", "")[:LONGEST_DESCRIPTION]
    image = {
        "description": _description(place, file) or described or file.name,
        "provider": SNF_PROVIDER,
        "osparams": {
            "img_id": file.url,
            "img_format": SNF_FORMATS[ending],
            "img_properties": properties,
        },
        "ssh_key_users": _snf_users(properties),
    }
    return [OsImage.from_stranger(file.name, image)]


def _snf_users(properties: dict[str, str]) -> str:
    """Return whose keys snf-image puts in place: there is no such file on Windows."""
    if properties["OSFAMILY"].lower() == "windows":
        return ""
    return properties.get("USERS") or "root"


def _snf_properties(place: _Place, file: File) -> dict[str, str] | None:
    """Return what the .meta beside an image says; None: nothing that can be used."""
    try:
        body = place.beside(file, ".meta")
        return {} if body is None else _as_properties(_object(body))
    except (ImageError, FileBroken) as exc:
        place.complain(file, exc, ".meta")
        return None


def _as_properties(given: dict[str, Any]) -> dict[str, str]:
    properties = given.get("properties")
    if not isinstance(properties, dict):
        raise ImageError(gettext_noop('It has no object "properties".'))
    return {
        name.upper(): " ".join(str(value).split())
        for name, value in properties.items()
        if isinstance(value, str | int)
    }


# -- IMAGES_URL


def _meta(place: _Place, file: File) -> list[OsImage]:
    """Read one image, of the file's name, or several by their ids."""
    given = _object(place.web.get(file.url).body)
    if "provider" in given or "description" in given:
        return [OsImage.from_stranger(file.name.removesuffix(".meta"), given)]
    if not given:
        raise ImageError(gettext_noop("It doesn't describe an image."))
    return list(_several(place, file, given.items()))


def _several(
    place: _Place, file: File, given: Iterable[tuple[str, Any]]
) -> Iterator[OsImage]:
    for key, entry in given:
        try:
            yield OsImage.from_stranger(key, entry)
        except ImageError as exc:
            place.problems.append((f"{file.name}: {key}"[:255], str(exc)))


def _object(body: bytes) -> dict[str, Any]:
    """Read a JSON object that a database can keep; raises ImageError."""
    try:
        given = json.loads(body.decode("utf-8-sig"))
        # Neither infinite numbers (1e999) nor half a surrogate pair.
        json.dumps(given, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as exc:
        raise ImageError(gettext_noop("It isn't valid JSON.")) from exc
    if not isinstance(given, dict):
        raise ImageError(gettext_noop("It isn't a JSON object."))
    if _is_deeper([given], DEEPEST):
        raise ImageError(gettext_noop("It is nested too deeply."))
    return given


def _is_deeper(values: Iterable[Any], levels: int) -> bool:
    """Tell whether values are nested more than so many levels, level by level."""
    for _level in range(levels + 1):
        values = [inner for value in values for inner in _inside(value)]
    return bool(values)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


_READERS: dict[Kind, tuple[Reader, tuple[str, ...]]] = {
    Kind.LISTING: (_plain, tuple(FORMATS)),
    Kind.SNF: (_snf, tuple(SNF_FORMATS)),
    Kind.META: (_meta, (".meta",)),
}
