"""How a deployment is compared with the latest of its artifact, as conditions of queries."""

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.lookups import Exact

from skillmeat_site.db.expressions import digest_scheme


class SyncStatus(models.TextChoices):
    """What a deployment is compared with the latest of its artifact."""

    CURRENT = "current", "Current"
    OUTDATED = "outdated", "Outdated"
    MODIFIED = "modified", "Modified"
    UNKNOWN = "unknown", "Unknown"


# Each is true or false, never null, so that it can be negated. A version is never compared with a digest.
_VERSIONS_KNOWN = Q(deployed_version__isnull=False, artifact__latest_version__isnull=False)
_SAME_VERSION = _VERSIONS_KNOWN & Q(deployed_version=F("artifact__latest_version"))
_DIGESTS_COMPARABLE = Q(deployed_digest__isnull=False, artifact__latest_digest__isnull=False) & Q(
    Exact(digest_scheme("deployed_digest"), digest_scheme("artifact__latest_digest"))
)
_SAME_DIGEST = _DIGESTS_COMPARABLE & Q(deployed_digest=F("artifact__latest_digest"))
_OTHER_DIGEST = _DIGESTS_COMPARABLE & ~Q(deployed_digest=F("artifact__latest_digest"))

IS_OUTDATED = (_VERSIONS_KNOWN & ~Q(deployed_version=F("artifact__latest_version"))) | (
    ~_VERSIONS_KNOWN & _OTHER_DIGEST
)
_IS_MODIFIED = Q(is_modified=True) | (_SAME_VERSION & _OTHER_DIGEST)
_IS_CURRENT = _SAME_VERSION | (~_VERSIONS_KNOWN & _SAME_DIGEST)
SYNC_STATUS = Case(
    When(_IS_MODIFIED, then=Value(SyncStatus.MODIFIED.value)),
    When(IS_OUTDATED, then=Value(SyncStatus.OUTDATED.value)),
    When(_IS_CURRENT, then=Value(SyncStatus.CURRENT.value)),
    default=Value(SyncStatus.UNKNOWN.value),
    output_field=models.CharField(),
)
# The same as conditions. A filter uses these: how many rows a CASE leaves PostgreSQL cannot guess, and
# sorts all of them instead of reading the newest until a page is full.
HAS_SYNC_STATUS = {
    SyncStatus.MODIFIED: _IS_MODIFIED,
    SyncStatus.OUTDATED: ~_IS_MODIFIED & IS_OUTDATED,
    SyncStatus.CURRENT: ~_IS_MODIFIED & _IS_CURRENT,
    SyncStatus.UNKNOWN: ~_IS_MODIFIED & ~IS_OUTDATED & ~_IS_CURRENT,
}
