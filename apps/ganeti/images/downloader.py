"""Downloads of the small files of one image source, bounded in time and size."""

from apps.net.download import Downloader, Limits

CONNECT_S = 5.0
READ_S = 10.0
# At most for each file, and for all files of a source.
FILE_S = 20.0
SOURCE_S = 60.0
FILE_MAX_BYTES = 512 * 1024
SOURCE_MAX_BYTES = 4 * 1024 * 1024
MAX_REDIRECTS = 3


class ImageDownloader(Downloader):
    """Download files of one source, within the limits of this module."""

    def __init__(self) -> None:
        super().__init__(
            Limits(
                connect_s=CONNECT_S,
                read_s=READ_S,
                file_s=FILE_S,
                total_s=SOURCE_S,
                file_bytes=FILE_MAX_BYTES,
                total_bytes=SOURCE_MAX_BYTES,
                redirects=MAX_REDIRECTS,
            )
        )
