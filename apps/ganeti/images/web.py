"""Small files of one image source: bounded in time and size, and not trusted."""

from apps.net.download import Downloader, DownloadError, FileError, Limits

CONNECT_S = 5.0
READ_S = 10.0
# Each file at most, and all of a source.
FILE_S = 20.0
SOURCE_S = 60.0
LARGEST = 512 * 1024
SOURCE_LARGEST = 4 * 1024 * 1024
REDIRECTS = 3

Broken = DownloadError
FileBroken = FileError


class Web(Downloader):
    """Fetches files of one source, until its time is over."""

    def __init__(self) -> None:
        super().__init__(
            Limits(
                connect_s=CONNECT_S,
                read_s=READ_S,
                file_s=FILE_S,
                total_s=SOURCE_S,
                file_bytes=LARGEST,
                total_bytes=SOURCE_LARGEST,
                redirects=REDIRECTS,
            )
        )
