"""A type for times with a zone, checked where values are decoded."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

AwareDatetime = Annotated[datetime, Meta(tz=True)]
