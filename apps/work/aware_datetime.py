"""Type of datetimes with a time zone, checked when values are decoded."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

AwareDatetime = Annotated[datetime, Meta(tz=True)]
