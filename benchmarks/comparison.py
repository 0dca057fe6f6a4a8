"""How the peers compare a deployment with the latest of its artifact, from the row that they read anyway."""


def has_other_digest(digest: str | None, latest: str | None) -> bool:
    """Only digests of one scheme can be compared."""
    if digest is None or latest is None or digest == latest:
        return False
    return digest.partition(":")[0] == latest.partition(":")[0]


def is_outdated(
    version: str | None, latest_version: str | None, digest: str | None, latest_digest: str | None
) -> bool:
    """By the versions if both are known, else by the digests."""
    if version is not None and latest_version is not None:
        return version != latest_version
    return has_other_digest(digest, latest_digest)


def sync_status(
    version: str | None,
    latest_version: str | None,
    digest: str | None,
    latest_digest: str | None,
    *,
    is_modified: bool,
) -> str:
    has_version = version is not None and version == latest_version
    if is_modified or (has_version and has_other_digest(digest, latest_digest)):
        return "modified"
    if is_outdated(version, latest_version, digest, latest_digest):
        return "outdated"
    return "current" if has_version or (digest is not None and digest == latest_digest) else "unknown"
