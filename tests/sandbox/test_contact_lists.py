import pytest

LISTS = [
    {"id": 3, "name": "Kyiv", "contacts": 10, "default": True},
    {"id": 1, "name": "Lviv", "contacts": 30, "description": "west"},
    {"id": 2, "name": "Odesa", "contacts": 20},
]


@pytest.fixture(autouse=True)
def _three_lists(simulator):
    simulator.seed(lists=LISTS)


def test_all_lists_are_listed(simulator):
    reply = simulator.get("/api/groups").json
    assert ([entry["id"] for entry in reply["data"]], reply["total"]) == ([3, 1, 2], 3)


def test_one_list_is_answered_in_full(simulator):
    assert simulator.get("/api/groups/1").data == {
        "id": 1,
        "name": "Lviv",
        "description": "west",
        "default": False,
        "items": 30,
        "stop_list_count": 0,
        "created_at": "2025-01-15 11:00:00",
    }


def test_pages_are_cut(simulator):
    assert [entry["id"] for entry in simulator.get("/api/groups", **{"page[offset]": "2"}).data] == [2]


def test_a_page_is_at_least_15(simulator):
    assert simulator.get("/api/groups", **{"page[limit]": "14"}).status == 422


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [1, 2, 3]),
        ({"way": "desc"}, [3, 2, 1]),
        ({"sort": "name"}, [3, 1, 2]),
        ({"sort": "items"}, [3, 2, 1]),
        ({"search[field]": "name", "search[value]": "iv"}, [1, 3]),
        ({"search[field]": "name", "search[operator]": "=", "search[value]": "Kyiv"}, [3]),
        ({"search[field]": "items", "search[operator]": ">=", "search[value]": "20"}, [1, 2]),
        ({"search[field]": "items", "search[operator]": "<", "search[value]": "9"}, []),
        ({"search[field]": "phone", "search[value]": "380"}, []),
        (
            {
                "search_fields[0][field]": "name",
                "search_fields[0][value]": "iv",
                "search_fields[1][field]": "items",
                "search_fields[1][operator]": "<=",
                "search_fields[1][value]": "10",
            },
            [3],
        ),
    ],
)
def test_what_a_search_finds(simulator, query, found):
    assert [entry["id"] for entry in simulator.get("/api/groups/search", **query).data] == found


def test_a_search_says_what_it_searched(simulator):
    query = {"search[field]": "name", "search[operator]": "like", "search[value]": "iv"}
    assert simulator.get("/api/groups/search", **query).json["meta"] == {
        "page": {"total": 2, "limit": 50, "offset": 0},
        "search": {"field": "name", "operator": "like", "value": "iv"},
    }


@pytest.mark.parametrize("query", [{"search[field]": "colour"}, {"sort": "colour"}])
def test_an_unknown_field_is_refused(simulator, query):
    assert simulator.get("/api/groups/search", **query).status == 422
