"""Reading of image sources: from the files of a directory listing to images."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from apps.net.download import DownloadError, FileError

from ..domain.osimage import ImageError, OsImage, is_line
from ..rapi.errors import gettext_noop
from . import listings
from .downloader import ImageDownloader
from .listings import File
from .sources import Source, SourceKind

MAX_FILES = 200
MAX_IMAGES = 1000
MAX_PROBLEMS = 200
# MariaDB stores no JSON nested more than 32 levels deep.
MAX_DEPTH = 16
MAX_CONCURRENT = 4
MAX_DESCRIPTION = 200

# Endings of file names, and their formats in instance-image.
FORMATS = {".tar.gz": "tarball", "-root.dump": "dump", ".img": "qemu"}
SNF_FORMATS = {f".{name}": name for name in ("diskdump", "extdump", "ntfsdump")}
SNF_PROVIDER = "snf-image+default"
# Properties that snf-image requires, with what holds for most images.
SNF_PROPERTIES = {"OSFAMILY": "linux", "ROOT_PARTITION": "1"}
_ARCHITECTURE = re.compile(r"-(x86_64|x86|amd64|i[3-6]86|arm64|aarch64)$")


@dataclass(slots=True)
class FetchResult:
    """Images of a source, and problems as (file name, reason).

    ``error`` says why the result is incomplete.
    """

    images: list[OsImage] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""


Files = dict[str, File]
# Reads the images of one file, and adds problems to the directory.
Reader = Callable[["_Directory", File], list[OsImage]]


@dataclass(slots=True)
class _Directory:
    """The directory of a source while it is read."""

    source: Source
    downloader: ImageDownloader
    files: Files
    problems: list[tuple[str, str]] = field(default_factory=list)

    def read_sibling(self, file: File, ending: str) -> bytes | None:
        """Return the contents of the file with this name plus an ending, if any."""
        sibling = self.files.get(file.name + ending)
        return self.downloader.get(sibling.url).body if sibling else None

    def add_problem(self, file: File, reason: object, ending: str = "") -> None:
        self.problems.append((file.name + ending, str(reason)))


def read(source: Source) -> FetchResult:
    """Fetch a source's listing and its image files; raises DownloadError."""
    downloader = ImageDownloader()
    try:
        page = downloader.get(source.url)
        files = listings.files_in(page.body, page.url)
        return _read_directory(_Directory(source, downloader, files))
    finally:
        downloader.close()


def _read_directory(directory: _Directory) -> FetchResult:
    reader, endings = _READERS[directory.source.kind]
    files = [file for file in directory.files.values() if file.name.endswith(endings)]
    result = FetchResult(problems=directory.problems)
    for file in files[MAX_FILES:][:1]:
        message = gettext_noop(
            "Too many images: this one and the following are skipped."
        )
        directory.add_problem(file, message)
    with ThreadPoolExecutor(MAX_CONCURRENT, "image files") as pool:
        for images, error in pool.map(
            lambda file: _read_file(reader, directory, file), files[:MAX_FILES]
        ):
            result.images += images
            result.error = result.error or error
    result.images = list(_without_duplicates(result))
    if len(result.images) > MAX_IMAGES:
        message = gettext_noop(
            "Too many images: this one and the following are skipped."
        )
        result.problems.insert(0, (result.images[MAX_IMAGES].id, message))
    result.images = result.images[:MAX_IMAGES]
    result.problems = sorted(result.problems[:MAX_PROBLEMS])
    return result


def _read_file(
    reader: Reader, directory: _Directory, file: File
) -> tuple[list[OsImage], str]:
    """Return the images of one file; a problem with it does not affect other files.

    The second value is the error if the source itself failed meanwhile.
    """
    try:
        return reader(directory, file), ""
    except (ImageError, FileError) as exc:
        directory.add_problem(file, exc)
    except DownloadError as exc:
        return [], str(exc)
    return [], ""


def _without_duplicates(result: FetchResult) -> Iterator[OsImage]:
    """Yield the images; of several with the same id only the first."""
    ids: set[str] = set()
    for image in result.images:
        if image.id in ids:
            message = gettext_noop("Another file here has an image with this ID.")
            result.problems.append((image.id, message))
        else:
            ids.add(image.id)
            yield image


# -- OPERATING_SYSTEMS_URLS


def _read_instance_image(directory: _Directory, file: File) -> list[OsImage]:
    """Return an image for instance-image, which knows files by their name on nodes."""
    ending = next(end for end in FORMATS if file.name.endswith(end))
    name = _ARCHITECTURE.sub("", file.name.removesuffix(ending))
    image = {
        "description": _description(directory, file) or file.name,
        "provider": directory.source.provider,
        "osparams": {"img_id": name, "img_format": FORMATS[ending]},
        "ssh_key_param": directory.source.ssh_key_param,
    }
    return [OsImage.from_untrusted(file.name, image)]


def _description(directory: _Directory, file: File) -> str:
    """Return the description in the .dsc file of an image, which is optional."""
    try:
        body = directory.read_sibling(file, ".dsc")
        return "" if body is None else _first_line(body)
    except (ImageError, FileError) as exc:
        directory.add_problem(file, exc, ".dsc")
        return ""


def _first_line(body: bytes) -> str:
    """Return the first line that is not empty; raises ImageError."""
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as exc:
        raise ImageError(gettext_noop("It isn't valid UTF-8 text.")) from exc
    line = " ".join(next(filter(str.strip, lines), "").split())
    if not is_line(line):
        raise ImageError(gettext_noop("It contains no text."))
    return line[:MAX_DESCRIPTION]


# -- SNF_OPERATING_SYSTEMS_URLS


def _read_snf_image(directory: _Directory, file: File) -> list[OsImage]:
    """Return an image for snf-image, which fetches it by its URL.

    Its properties are in the .meta file that snf-image-creator writes.
    """
    ending = next(end for end in SNF_FORMATS if file.name.endswith(end))
    meta_properties = _snf_properties(directory, file)
    if meta_properties is None:
        return []
    properties = {**SNF_PROPERTIES, **meta_properties}
    meta_description = properties.pop("DESCRIPTION", "")[:MAX_DESCRIPTION]
    image = {
        "description": _description(directory, file) or meta_description or file.name,
        "provider": SNF_PROVIDER,
        "osparams": {
            "img_id": file.url,
            "img_format": SNF_FORMATS[ending],
            "img_properties": properties,
        },
        "ssh_key_users": _snf_users(properties),
    }
    return [OsImage.from_untrusted(file.name, image)]


def _snf_users(properties: dict[str, str]) -> str:
    """Return the users whose SSH keys snf-image installs; none on Windows."""
    if properties["OSFAMILY"].lower() == "windows":
        return ""
    return properties.get("USERS") or "root"


def _snf_properties(directory: _Directory, file: File) -> dict[str, str] | None:
    """Return the properties in the .meta file of an image; None if it is unusable."""
    try:
        body = directory.read_sibling(file, ".meta")
        return {} if body is None else _as_properties(_json_object(body))
    except (ImageError, FileError) as exc:
        directory.add_problem(file, exc, ".meta")
        return None


def _as_properties(meta: dict[str, Any]) -> dict[str, str]:
    properties = meta.get("properties")
    if not isinstance(properties, dict):
        raise ImageError(gettext_noop('It has no object "properties".'))
    return {
        name.upper(): " ".join(str(value).split())
        for name, value in properties.items()
        if isinstance(value, str | int)
    }


# -- IMAGES_URL


def _read_meta(directory: _Directory, file: File) -> list[OsImage]:
    """Return the one image of a .meta file, named like it, or several by their ids."""
    meta = _json_object(directory.downloader.get(file.url).body)
    if "provider" in meta or "description" in meta:
        return [OsImage.from_untrusted(file.name.removesuffix(".meta"), meta)]
    if not meta:
        raise ImageError(gettext_noop("It doesn't describe an image."))
    return list(_images_by_id(directory, file, meta.items()))


def _images_by_id(
    directory: _Directory, file: File, entries: Iterable[tuple[str, Any]]
) -> Iterator[OsImage]:
    for key, entry in entries:
        try:
            yield OsImage.from_untrusted(key, entry)
        except ImageError as exc:
            directory.problems.append((f"{file.name}: {key}"[:255], str(exc)))


def _json_object(body: bytes) -> dict[str, Any]:
    """Parse a JSON object that the database can store; raises ImageError."""
    try:
        value = json.loads(body.decode("utf-8-sig"))
        # Refuse infinite numbers (1e999) and lone surrogates.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as exc:
        raise ImageError(gettext_noop("It isn't valid JSON.")) from exc
    if not isinstance(value, dict):
        raise ImageError(gettext_noop("It isn't a JSON object."))
    if _is_deeper([value], MAX_DEPTH):
        raise ImageError(gettext_noop("It is nested too deeply."))
    return value


def _is_deeper(values: Iterable[Any], levels: int) -> bool:
    """Return whether values are nested deeper than some levels, level by level."""
    for _level in range(levels + 1):
        values = [inner for value in values for inner in _inside(value)]
    return bool(values)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


_READERS: dict[SourceKind, tuple[Reader, tuple[str, ...]]] = {
    SourceKind.LISTING: (_read_instance_image, tuple(FORMATS)),
    SourceKind.SNF: (_read_snf_image, tuple(SNF_FORMATS)),
    SourceKind.META: (_read_meta, (".meta",)),
}
