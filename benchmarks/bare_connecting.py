"""The least that FastAPI and SQLAlchemy do for the same answers: no caller, no rules, no audit, one table each."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, ClassVar

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import JSON, String, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from syncline_common.db.engine import open_engine
from syncline_common.settings import DatabaseSettings
from syncline_connections.api.views import ConnectionView, DraftView
from syncline_registry.api.checks import LookupView


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {dict[str, Any]: JSON}


class KnownSystem(Base):
    __tablename__ = "bare_system"

    url: Mapped[str] = mapped_column(String(2000), primary_key=True)
    answer: Mapped[dict[str, Any]]


class Listed(Base):
    __tablename__ = "bare_connection"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    answer: Mapped[dict[str, Any]]


class Saved(Base):
    __tablename__ = "bare_draft"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    configuration: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any]]


class Asked(BaseModel):
    url: str


class NewDraft(BaseModel):
    configuration: dict[str, Any]


class List(BaseModel):
    items: list[ConnectionView]


def bare(engine: AsyncEngine) -> FastAPI:
    app = FastAPI(openapi_url=None)
    writers = async_sessionmaker(engine, expire_on_commit=False)
    readers = async_sessionmaker(engine.execution_options(reads_only=True), expire_on_commit=False)

    async def reading() -> AsyncIterator[AsyncSession]:
        async with readers() as session:
            yield session

    async def writing() -> AsyncIterator[AsyncSession]:
        async with writers() as session, session.begin():
            yield session

    read = Annotated[AsyncSession, Depends(reading, scope="function")]
    write = Annotated[AsyncSession, Depends(writing, scope="function")]

    @app.post("/lookup", response_model=LookupView)
    async def lookup(asked: Asked, session: read) -> Any:
        return (await session.get_one(KnownSystem, asked.url)).answer

    @app.get("/connections", response_model=List)
    async def listed(limit: int, session: read, cursor: str = "") -> Any:
        query = select(Listed).where(Listed.id > cursor).order_by(Listed.id).limit(limit)
        return {"items": [it.answer for it in await session.scalars(query)]}

    @app.put("/drafts/{id}", response_model=DraftView)
    async def save(id: str, new: NewDraft, session: write) -> Any:
        draft = await session.get_one(Saved, id, with_for_update=True)
        draft.configuration = new.configuration
        return draft.answer | {"configuration": new.configuration}

    return app


async def filled(database: DatabaseSettings, rows: list[Base]) -> AsyncEngine:
    """On the same database as the connections service."""
    engine = open_engine(database, "connections")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with async_sessionmaker(engine)() as session, session.begin():
        session.add_all(rows)
    return engine
