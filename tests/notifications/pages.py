"""Fields of the form of a notification."""

WEB1 = "instance:athens:web1"
FIELDS = {
    "target": [WEB1],
    "markup": "markdown",
    "subject_en": "Maintenance",
    "body_en": "Your machines: {{ instances }}",
}
