"""The one matrix of the monorepo: ``nox -l`` lists it, ``nox -s tests-3.13`` runs a part."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import nox

if TYPE_CHECKING:
    from collections.abc import Iterable

nox.needs_version = ">=2024.4.15"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.stop_on_first_error = False
os.environ["UV_PYTHON_DOWNLOADS"] = "never"
# A session is what it declares: nothing of the caller's environment may help or hinder it.
# (Without bytecode, starting pytest takes a second longer, and a minute longer under Wine.)
for name in (
    "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONWARNINGS", "PYTEST_ADDOPTS", "UV_PYTHON",
):  # fmt: skip
    os.environ.pop(name, None)

ROOT = Path(__file__).parent
SUITE = "asynctest-suite"
PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
OLDEST, NEWEST = PYTHONS[0], PYTHONS[-1]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("packages/*/pyproject.toml"))
EDITABLE = [arg for name in PACKAGES for arg in ("-e", f"packages/{name}")]
WHEELS = ROOT / "dist"
WORKERS = ("-n", "auto", "--maxprocesses", "4")
# Of these CPython for Windows is taken, where a command winpython3.x runs it.
ON_WINDOWS = ["3.10", "3.13"]

# Not coverage and sdist: they run the same tests again; CI calls them by name. Not world: it runs
# whatever others publish.
nox.options.sessions = [
    "lint", "typing", "verify_types", "tests", "together", "asynctest_suite", "wheel", "floor",
    "docs",
]  # fmt: skip


def group(name: str, folder: Path = ROOT) -> list[str]:
    """Return the requirements of a dependency group, of the root unless a folder is given."""
    return nox.project.dependency_groups(nox.project.load_toml(folder / "pyproject.toml"), name)


def module(package: str) -> str:
    """Return the import name of a distribution."""
    return "asynctest" if package == SUITE else package.replace("-", "_")


def siblings(package: str) -> list[str]:
    """Return install arguments for the package and those of ours that it needs."""
    needed, todo = [], [package]
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.append(name)
            metadata = nox.project.load_toml(f"packages/{name}/pyproject.toml")
            requirements = metadata["project"].get("dependencies", [])
            todo += [other for other in PACKAGES if any(r.startswith(other) for r in requirements)]
    return [arg for name in needed for arg in ("-e", f"packages/{name}")]


def install_built(session: nox.Session, *requirements: str) -> None:
    """Install requirements, those of ours from what `build` has just put into dist/."""
    # From a folder of wheels uv takes its cached one of that version, even if it was built anew.
    uncached = [f"--refresh-package={name}" for name in [*PACKAGES, SUITE]]
    options = uncached if session.venv_backend == "uv" else []
    session.install(*options, "--find-links", str(WHEELS), *requirements)


def pytest(session: nox.Session, *args: str) -> None:
    """Run pytest as the matrix does: every warning is an error, in its workers as well."""
    env = {"PYTHONWARNINGS": "error"}
    session.run("python", "-m", "pytest", "-q", *args, *session.posargs, env=env)


def package_tests(session: nox.Session, package: str) -> None:
    """Run a package's tests, and the examples in its README and in what is installed."""
    session.install("pytest-xdist>=3.6")
    pytest(session, *WORKERS, "tests")
    if not session.posargs:  # which choose among the tests, as -k does
        pytest(session, "-c", "pyproject.toml", str(ROOT / "tests" / "test_readme.py"))
        pytest(session, "--doctest-modules", "--pyargs", module(package))


@nox.session(python=PYTHONS)
@nox.parametrize("package", PACKAGES, ids=PACKAGES)
def tests(session: nox.Session, package: str) -> None:
    """Run one package's own tests, with no other of ours installed than it declares."""
    session.install(*siblings(package), *group("test", ROOT / "packages" / package))
    session.chdir(f"packages/{package}")
    package_tests(session, package)


@nox.session(python=PYTHONS)
def together(session: nox.Session) -> None:
    """Run what takes two packages or more, and the tour."""
    session.install(*EDITABLE, "-e", ".", *group("test"))
    pytest(session, *WORKERS, "tests")
    session.run("python", "-W", "error", "docs/examples/tour.py", "--brief")


@nox.session(python=PYTHONS)
def asynctest_suite(session: nox.Session) -> None:
    """Fetch asynctest 0.13.0 by name, and run its own tests against the drop-in."""
    session.install(*EDITABLE, "-e", ".", "pip", "setuptools")
    session.run("python", "tests/dropin/original", *session.posargs)


@nox.session
def tour(session: nox.Session) -> None:
    """Show what the four packages do: example suites, then planted bugs and their reports."""
    session.install(*EDITABLE, "-e", ".[migrate]")
    session.run("python", "-W", "error", "docs/examples/tour.py", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build the wheel and the sdist of all five distributions into dist/."""
    session.install("build>=1.2", "hatchling>=1.27")
    shutil.rmtree(WHEELS, ignore_errors=True)
    for folder in [".", *(f"packages/{name}" for name in PACKAGES)]:
        session.run("python", "-m", "build", "-q", "--no-isolation", "-o", str(WHEELS), folder)


@nox.session(python=[OLDEST, NEWEST], requires=["build"])
@nox.parametrize("package", [*PACKAGES, SUITE], ids=[*PACKAGES, SUITE])
def wheel(session: nox.Session, package: str) -> None:
    """Install one distribution from its wheel, away from the source tree, and test that."""
    source = ROOT if package == SUITE else ROOT / "packages" / package
    wanted = f"{package}[migrate]" if package == SUITE else package
    install_built(session, wanted)
    if package == SUITE:
        session.install("pytest>=8.3", "pytest-asyncio>=1.3")  # as the tutorial says
        copied = ["docs/examples", "docs/tutorial.md", "pyproject.toml"]
        copied += ["tests/test_tutorial.py", "tests/support"]
    else:
        session.install(*group("test", source))
        copied = ["tests", "README.md", "pyproject.toml"]
    with tempfile.TemporaryDirectory() as away:
        copy(source, Path(away), copied)
        with session.chdir(away):
            session.run("python", "-W", "error", "-c", f"import {module(package)}")
            if package == SUITE:
                session.run("python", "-W", "error", "docs/examples/tour.py", "--brief")
                pytest(session, "tests/test_tutorial.py")
            else:
                package_tests(session, package)


def copy(source: Path, target: Path, names: Iterable[str]) -> None:
    """Copy files and folders of *source* to the same places below *target*."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".*")
            shutil.copytree(source / name, target / name, ignore=ignored)
        else:
            shutil.copy(source / name, target / name)


@nox.session(venv_backend="none", requires=["build"])
@nox.parametrize("package", [*PACKAGES, SUITE], ids=[*PACKAGES, SUITE])
@nox.parametrize("version", ON_WINDOWS, ids=ON_WINDOWS)
def windows(session: nox.Session, version: str, package: str) -> None:
    """Test the wheels on CPython for Windows where Wine runs it; on Windows all sessions do."""
    python = f"winpython{version}"
    if shutil.which(python) is None:
        session.skip(f"there is no {python}")
    # One folder of installed packages for all: installed are always all five.
    anew = [f"--reinstall-package={name}" for name in [*PACKAGES, SUITE]]
    wheels = map(str, sorted(WHEELS.glob("*.whl")))
    source = ROOT if package == SUITE else ROOT / "packages" / package
    # It asks pytest-asyncio for an option, which some of our tests switch off.
    needed = {*group("test"), *group("test", source)} - {"pytest-aiohttp>=1.1"}
    session.run_install(python, "--install", *anew, *wheels, *sorted(needed), external=True)
    env = {"PYTHONWARNINGS": "error"}
    run = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    with tempfile.TemporaryDirectory() as away:
        copy(source, Path(away), ["tests", "README.md", "pyproject.toml"])
        shutil.copy(ROOT / "tests" / "test_readme.py", Path(away) / "tests")
        if package == SUITE:
            copy(source, Path(away), ["docs"])
        with session.chdir(away):
            session.run(python, *run, *WORKERS, *session.posargs, "tests", env=env, external=True)
            if package == SUITE:
                tour = ("-W", "error", "docs/examples/tour.py", "--brief")
                session.run(python, *tour, external=True)


@nox.session(python=NEWEST, requires=["build"])
@nox.parametrize("package", [*PACKAGES, SUITE], ids=[*PACKAGES, SUITE])
def sdist(session: nox.Session, package: str) -> None:
    """Install one sdist, unpack it away from the source tree, and run the tests in it there."""
    [archive] = WHEELS.glob(f"{package.replace('-', '_')}-*.tar.gz")
    with tempfile.TemporaryDirectory() as away:
        shutil.unpack_archive(archive, away)
        source = Path(away) / archive.name.removesuffix(".tar.gz")
        wanted = f"{package} @ {archive.as_uri()}"
        install_built(session, wanted, *group("test", source))
        with session.chdir(source):
            package_tests(session, package)


@nox.session(python=OLDEST, venv_backend="uv")
@nox.parametrize("package", PACKAGES, ids=PACKAGES)
def floor(session: nox.Session, package: str) -> None:
    """Run one package's tests with the lowest versions that are declared."""
    session.install(
        "--resolution=lowest-direct",
        *siblings(package),
        *group("test", ROOT / "packages" / package),
    )
    session.chdir(f"packages/{package}")
    package_tests(session, package)


@nox.session
def typing(session: nox.Session) -> None:
    """Check the types of the code and of typing_tests/ with mypy --strict and pyright."""
    session.install(*EDITABLE, "-e", ".", *group("typing"))
    # mypy takes equal file names of two packages for one module, hence one run for each.
    for folder in [*(f"packages/{name}" for name in PACKAGES), "."]:
        checked = [f"{folder}/src", *map(str, Path(folder).glob("typing_tests"))]
        session.run("mypy", "--config-file", "pyproject.toml", *checked)
    session.run("pyright", *map(str, [*ROOT.glob("packages/*/src"), "src"]))
    session.run("pyright", *map(str, ROOT.glob("packages/*/typing_tests")))


@nox.session(requires=["build"])
def verify_types(session: nox.Session) -> None:
    """Check that the wheels tell the type of every public name."""
    install_built(session, f"{SUITE}[migrate]", *group("typing"))
    modules = [module(package) for package in [*PACKAGES, SUITE]]
    session.run("python", "tests/verify_types.py", *modules)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format with ruff."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation, where a warning is an error, and check the spelling."""
    session.install(*EDITABLE, "-e", ".[migrate]", *group("docs"))
    written = [*ROOT.glob("*.md"), *ROOT.glob("packages/*/*.md"), *ROOT.glob("packages/*/src")]
    session.run("codespell", "docs", "src", *map(str, written))
    session.run("sphinx-build", "-W", "-q", "-b", "html", "docs", "docs/_build/html")


@nox.session(python=[OLDEST, NEWEST])
def coverage(session: nox.Session) -> None:
    """Measure branch coverage; the last version reports all, which have to make 100 %."""
    session.install(*EDITABLE, "-e", ".", *group("test"))
    if session.python == OLDEST:
        session.run("coverage", "erase")
    config = f"--rcfile={ROOT / 'pyproject.toml'}"
    data = {"COVERAGE_FILE": str(ROOT / ".coverage")}
    for package in PACKAGES:
        with session.chdir(f"packages/{package}"):
            measured = ["coverage", "run", config, "-m", "pytest", "-q", "tests"]
            session.run(*measured, env=data)
    session.run("coverage", "run", config, "-m", "pytest", "-q", "tests", env=data)
    if session.python == NEWEST:
        session.run("coverage", "combine", env=data)
        session.run("coverage", "report", env=data)


@nox.session
def endurance(session: nox.Session) -> None:
    """Repeat all tests in random order, and watch what ten thousand of them leave behind."""
    session.install(*EDITABLE, "-e", ".", *group("test"))
    session.run("python", "tests/endurance/leaks.py")
    session.run("python", "tests/endurance/repeat.py", *session.posargs)


@nox.session
def release_check(session: nox.Session) -> None:
    """Check what `build` made; given a tag, put that package's files into dist/release."""
    session.install(*group("release"))
    files = sorted(WHEELS.glob("*.whl")) + sorted(WHEELS.glob("*.tar.gz"))
    session.run("twine", "check", "--strict", *map(str, files))
    check_reproducible(session, files)
    for tag in session.posargs:
        package, _, version = tag.rpartition("-v")
        chosen = [f for f in files if f.name.startswith(f"{package.replace('-', '_')}-{version}")]
        changelog = ROOT if package == SUITE else ROOT / "packages" / package
        if len(chosen) != 2:
            session.error(f"{tag}: built are {[f.name for f in files]}; is the version raised?")
        if f"## {version} (" not in (changelog / "CHANGELOG.md").read_text("utf-8"):
            session.error(f"{tag}: CHANGELOG.md has no section for {version}; run towncrier build")
        shutil.rmtree(WHEELS / "release", ignore_errors=True)
        (WHEELS / "release").mkdir()
        for file in chosen:
            shutil.copy(file, WHEELS / "release")


def check_reproducible(session: nox.Session, files: list[Path]) -> None:
    """Build each sdist again, elsewhere and later: both files have to come out byte by byte."""
    with tempfile.TemporaryDirectory() as away:
        again = Path(away) / "dist"
        for archive in (file for file in files if file.name.endswith(".tar.gz")):
            shutil.unpack_archive(archive, away)
            source = Path(away) / archive.name.removesuffix(".tar.gz")
            session.run(
                "python", "-m", "build", "-q", "--no-isolation", "-o", str(again), str(source)
            )
        for file in files:
            if not filecmp.cmp(file, again / file.name, shallow=False):
                session.error(f"{file.name} differs when it is built again")
    session.log(f"{len(files)} files came out the same when they were built again")


@nox.session
def world(session: nox.Session) -> None:
    """Run suites of strangers, fetched by name, with and without ours; see tests/world."""
    session.run("python", "tests/world/run.py", *session.posargs)


@nox.session(python=PYTHONS)
def integrations(session: nox.Session) -> None:
    """Run the tests of other people's libraries, their newest versions, in a memory network."""
    session.install("--upgrade", *EDITABLE, "-e", ".", *group("integrations"))
    session.run("pytest", "tests/integrations", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benchmarks beside the peers that install on this Python."""
    session.install(*EDITABLE, "-e", ".", *group("bench"))
    session.run("python", "benchmarks/run.py", *session.posargs)
