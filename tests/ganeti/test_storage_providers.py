from apps.ganeti.domain.tags import storage_providers


def test_providers_and_parameters_are_read_from_tags() -> None:
    tags = [
        "ganetimgr:ext:shared",
        "ganetimgr:ext:shared:params:pool:vms",
        "ganetimgr:ext:shared:params:url:http://store:8080/x",
        "ganetimgr:ext:bare",
        "ganetimgr:ext:implied:params:a:b",
    ]

    assert storage_providers(tags, "ganetimgr") == {
        "bare": {},
        "implied": {"a": "b"},
        "shared": {"pool": "vms", "url": "http://store:8080/x"},
    }


def test_other_tags_give_no_provider() -> None:
    tags = ["other:ext:x", "ganetimgr:ext:", "ganetimgr:ext:a:b", "ganetimgr:x", ""]

    assert storage_providers(tags, "ganetimgr") == {}


def test_a_parameter_without_a_value_is_left_out() -> None:
    tags = ["ganetimgr:ext:shared:params:pool", "ganetimgr:ext:shared:params:"]

    assert storage_providers(tags, "ganetimgr") == {"shared": {}}
