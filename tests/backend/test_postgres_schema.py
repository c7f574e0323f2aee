"""The tables of a state in PostgreSQL: made by whoever comes first, shared by many, and by roles with few rights."""

import re
import threading
from contextlib import closing
from pathlib import Path

import pytest
from psycopg import errors

from rcsplan.backend.postgres import PostgresStore
from rcsplan.backend.postgres_database import database_at
from rcsplan.backend.postgres_promises import WAITS_FOR_DISK, keeps_connection, probe_server
from rcsplan.backend.postgres_schema import STEPS, prepare
from rcsplan.errors import ConfigurationError, StateError, StateLocked, StateUnwritable, StateVersionUnsupported
from tests.backend.postgres_server import execute, server
from tests.backend.stores import contents_of, lock, number_in, put
from tests.builders import make_state


def open_store(database, *, user="postgres", project="acme", environment="production"):
    return PostgresStore(server().url(database, user=user), project=project, environment=environment)


def begin(store, *numbers):
    """Begin a state with these numbers recorded one after the other."""
    with lock(store) as session:
        session.create(make_state())
        for number in numbers:
            session.record([put(number)])


@pytest.mark.parametrize("ask", [PostgresStore.load, PostgresStore.holder, PostgresStore.unlock])
def test_whoever_only_looks_makes_no_tables(database, sql, ask):
    assert (ask(open_store(database)), sql("SELECT to_regnamespace('rcsplan')")) == (None, [(None,)])


def test_first_runs_at_the_same_time_all_find_tables(database):
    projects = [f"project-{number}" for number in range(6)]
    ready = threading.Barrier(len(projects))

    def first_run(project):
        ready.wait()
        begin(open_store(database, project=project), int(project[-1]))

    runs = [threading.Thread(target=first_run, args=(project,)) for project in projects]
    [run.start() for run in runs]
    [run.join() for run in runs]
    assert [number_in(open_store(database, project=project).load()) for project in projects] == list(range(6))


def test_projects_and_environments_of_one_database_do_not_mix(database):
    places = [("acme", "production"), ("acme", "staging"), ("other", "production"), ("acme-production", "")]
    for number, (project, environment) in enumerate(places):
        begin(open_store(database, project=project, environment=environment), number)
    assert [number_in(open_store(database, project=p, environment=e).load()) for p, e in places] == [0, 1, 2, 3]


def test_the_lock_of_one_project_keeps_no_other_out(database):
    with lock(open_store(database, project="acme")), lock(open_store(database, project="other")) as session:
        assert session.state is None
        with pytest.raises(StateLocked):
            lock(open_store(database, project="acme"))


@pytest.mark.parametrize("ask", [PostgresStore.load, PostgresStore.holder, PostgresStore.unlock, lock])
def test_tables_of_a_newer_release_are_left_alone(database, sql, ask):
    begin(open_store(database), 1)
    sql("UPDATE rcsplan.version SET number = %s", len(STEPS) + 1)
    with pytest.raises(StateVersionUnsupported) as caught:
        ask(open_store(database))
    assert (caught.value.hint, number_of_rows(sql)) == ("Upgrade rcsplan here, or use the newer one.", 1)


def number_of_rows(sql):
    return sql("SELECT count(*) FROM rcsplan.records")[0][0]


def test_tables_of_an_older_release_are_brought_up_to_date_with_what_is_in_them(database, sql):
    begin(open_store(database), 1)
    before = open_store(database).load()
    with closing(database_at(server().url(database), patience=0, answer_seconds=30).connect()) as connection:
        prepare(connection, (*STEPS, "ALTER TABLE rcsplan.records ADD COLUMN note text NOT NULL DEFAULT 'new'"))
    assert sql("SELECT number FROM rcsplan.version") == [(len(STEPS) + 1,)]
    assert sql("SELECT address, note FROM rcsplan.records") == [(address, "new") for address in before.sends]


def test_a_step_that_fails_leaves_the_version_before_it(database, sql):
    begin(open_store(database), 1)
    line = database_at(server().url(database), patience=0, answer_seconds=30).connect()
    with closing(line), pytest.raises(errors.DivisionByZero):
        prepare(line, (*STEPS, "DROP TABLE rcsplan.records; SELECT 1/0"))
    assert number_in(open_store(database).load()) == 1


@pytest.fixture
def role():
    """A role that may log in and nothing else."""
    execute("postgres", "CREATE ROLE rcsplan_runner LOGIN")
    yield "rcsplan_runner"
    execute("postgres", "DROP ROLE rcsplan_runner")


@pytest.fixture
def run_as(database, sql, role):
    """The store of that role in a database in which an administrator began a state."""
    begin(open_store(database), 1)
    yield open_store(database, user=role)
    sql(f"DROP OWNED BY {role}")


def grant(sql, database, heading):
    """Run what the README tells an administrator to run for such a role."""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    statements = re.search(rf"{heading}:\n\n```sql\n(.*?)```", readme, re.DOTALL)[1]
    sql(statements.replace("DATABASE acme", f"DATABASE {database}"))


def test_a_role_with_the_rights_that_the_readme_lists_can_do_all(run_as, sql, database):
    grant(sql, database, "A role that applies")
    with lock(run_as) as session:
        session.record([put(2)])
        session.replace(make_state(serial=5))
        session.record([put(3)])
        session.check()
        session.save()
    assert (run_as.unlock(), number_in(run_as.load()), [p.holds for p in run_as.probe()]) == (None, 3, [True] * 5)


def test_a_role_with_the_rights_that_the_readme_lists_can_begin_a_project(run_as, sql, database, role):
    grant(sql, database, "A role that applies")
    begin(open_store(database, user=role, project="new"), 4)
    assert number_in(open_store(database, project="new").load()) == 4


def test_a_role_that_may_read_can_plan_and_nothing_more(run_as, sql, database):
    grant(sql, database, "A role that only plans")
    with pytest.raises(StateError) as caught:
        lock(run_as)
    assert (number_in(run_as.load()), run_as.holder()) == (1, None)
    assert caught.value.hint.startswith("Grant the role of this URL what the README lists")


@pytest.mark.parametrize("ask", [PostgresStore.load, PostgresStore.holder, PostgresStore.unlock, lock])
def test_a_role_without_rights_is_told_so(run_as, ask):
    with pytest.raises(StateError, match="cannot be used") as caught:
        ask(run_as)
    assert "Permission denied for" in caught.value.detail
    assert caught.value.hint.startswith("Grant the role")


def test_a_first_run_that_may_not_create_is_told_so(database, role):
    with pytest.raises(StateError) as caught:
        lock(open_store(database, user=role))
    assert "needs CREATE on the database" in caught.value.hint


def test_a_role_that_owns_the_schema_needs_no_right_to_create_others(database, sql, role):
    sql(f"CREATE SCHEMA rcsplan AUTHORIZATION {role}")
    begin(open_store(database, user=role), 1)
    assert number_in(open_store(database).load()) == 1
    sql(f"DROP OWNED BY {role}")


def test_a_write_that_is_forbidden_in_mid_run_is_not_confirmed_and_the_session_goes_on(run_as, sql, database):
    grant(sql, database, "A role that applies")
    with lock(run_as) as session:
        sql("REVOKE INSERT ON rcsplan.records FROM rcsplan_runner")
        with pytest.raises(StateUnwritable) as caught:
            session.record([put(2)])
        sql("GRANT INSERT ON rcsplan.records TO rcsplan_runner")
        session.record([put(3)])
        assert contents_of(session.state) == contents_of(run_as.load())
    assert "The last change was not written." in caught.value.detail


def test_a_database_that_cannot_hold_every_text_is_refused():
    execute("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(StateError, match="not encoded in UTF-8"):
        lock(open_store("latin"))
    execute("postgres", "DROP DATABASE latin WITH (FORCE)")


def test_a_database_that_only_reads_is_refused_by_name(database, sql):
    begin(open_store(database), 1)
    sql(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    with pytest.raises(StateError) as caught:
        open_store(database).load()
    assert "read-only" in caught.value.detail


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter/2@db.example/acme",
        "postgresql://me:hunter@2@db.example/acme",
        "postgresql://me:%zzhunter2@db.example/acme",
        "hunter2",
        "host=db.example password='hunter2",
    ],
)
def test_a_url_that_cannot_be_read_is_not_repeated(url):
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        PostgresStore(url, project="acme", environment="production")
    assert "hunter" not in f"{caught.value.summary} {caught.value.detail} {caught.value.hint}"


@pytest.fixture
def guarded():
    """The URL of a role that needs another password."""
    execute("postgres", "CREATE ROLE guarded LOGIN PASSWORD 'right'")
    yield server().url().replace("postgres@", "guarded:hunter2@")
    execute("postgres", "DROP ROLE guarded")


def test_a_wrong_password_is_an_error_that_does_not_show_it(guarded):
    with pytest.raises(StateError) as caught:
        PostgresStore(guarded, project="acme", environment="production").load()
    assert "password authentication failed" in caught.value.detail
    assert "hunter2" not in f"{caught.value.summary} {caught.value.detail} {caught.value.hint}"


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("postgresql://me:hunter2@db.example:5433/acme?sslmode=require", "postgresql://db.example:5433/acme"),
        ("host=db.example user=me password=hunter2 dbname=acme", "postgresql://db.example/acme"),
        ("dbname=acme", "postgresql:///acme"),
        ("postgresql://me@/acme?host=/run/postgresql", "postgresql:///run/postgresql/acme"),
    ],
)
def test_the_location_for_people_is_without_user_and_password(url, location):
    store = PostgresStore(url, project="acme-crm", environment="production")
    assert store.location == f"{location} (project acme-crm, environment production)"


def failing(database):
    """The questions that the server of a database answers with no."""
    probes = probe_server(database_at(server().url(database), patience=0, answer_seconds=30))
    return [probe.question for probe in probes if not probe.holds]


def test_a_server_that_does_not_wait_for_its_disk_is_told_of(database):
    execute("postgres", "ALTER SYSTEM SET fsync = off")
    execute("postgres", "SELECT pg_reload_conf()")
    lying = failing(database)
    execute("postgres", "ALTER SYSTEM RESET fsync")
    execute("postgres", "SELECT pg_reload_conf()")
    assert (lying, WAITS_FOR_DISK) == ([WAITS_FOR_DISK], WAITS_FOR_DISK)


class TransactionPool:
    """A pooler that gives the same server to every client."""

    def __init__(self, database):
        self._server = database.connect()

    def connect(self):
        return self._server


def test_a_pool_by_the_transaction_is_told_of(database):
    pool = TransactionPool(database_at(server().url(database), patience=0, answer_seconds=30))
    assert not keeps_connection(pool).holds
