"""`yanxun keys`: rotate the key that signs everybody's tokens, without restarting anything."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from deploy import secrets
from deploy.loops import utc_now
from shared.auth import KEYS_LOOKED_AT_EVERY, RENEWAL_GRACE, TOKEN_LIFE

DATA = Path("var/yanxun")
PAUSE = KEYS_LOOKED_AT_EVERY * 2
"""Until every service has looked at the list again: only then a token comes that needs the new key."""
APART = TOKEN_LIFE + RENEWAL_GRACE
"""So long a token of the key before may still be used or renewed; two keys count, not three."""


@click.group()
def keys() -> None:
    """签名密钥。"""


@keys.command()
@click.option(
    "--secrets",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=DATA / "secrets",
    show_default=True,
    help="密钥文件夹；嵌入模式是数据文件夹里的 secrets",
)
@click.option("--leaked", is_flag=True, help="旧密钥已泄露：它签的令牌立即作废，所有人要重新登录")
def rotate(folder: Path, leaked: bool) -> None:
    """换一把签名密钥。旧的签过的令牌用到期满为止；不用重启任何服务。"""
    if not (folder / "signing_key").exists():
        click.echo(f"没有找到密钥 / no keys: {folder} (--secrets FOLDER)", err=True)
        sys.exit(2)
    wait = _rotated_at(folder) + APART - utc_now()
    if wait > timedelta(0) and not leaked:
        minutes = int(wait.total_seconds() // 60) + 1
        text = f"刚换过不久，{minutes}分钟后再换，否则有人要重新登录；泄露了请用 --leaked"
        click.echo(f"{text} / rotated too recently", err=True)
        sys.exit(1)
    key = secrets.add_signing_key(folder, keep_previous=not leaked)
    time.sleep(PAUSE.total_seconds())
    secrets.sign_with(folder, key)
    click.echo(f"已换成 / now signing with: {key.kid}")


def _rotated_at(folder: Path) -> datetime:
    return datetime.fromtimestamp((folder / "signing_key").stat().st_mtime, UTC)
