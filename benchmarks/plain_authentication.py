"""DRF's TokenAuthentication with the product's hashed tokens. Costs one query."""

import hashlib
from typing import Any

from django.utils import timezone
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from skillmeat_site.accounts.models import ApiToken


class HashedTokenAuthentication(TokenAuthentication):
    def authenticate_credentials(self, key: str) -> Any:
        now, digest = timezone.now(), hashlib.sha256(key.encode()).hexdigest()
        token = ApiToken.objects.select_related("user").filter(digest=digest).first()
        if token is None or token.revoked_at or token.expires_at <= now or not token.user.is_active:
            raise AuthenticationFailed
        if token.last_used_at is None or (now - token.last_used_at).total_seconds() >= 60:
            ApiToken.objects.filter(digest=digest).update(last_used_at=now)
        return token.user, token
