"""At most ten login attempts a minute for each address and user name."""

import hashlib
import time
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from skillmeat_site.accounts.models import CacheEntry

ATTEMPTS = 10
PERIOD_SECONDS = 60


class LoginThrottle(BaseThrottle):
    """Ten slots, each free again a minute after it was taken.

    Taking a slot is the cache's ``add``, which every backend does atomically: of many workers
    that race for the last slot one gets it. DRF's own throttles read a list and write it back,
    and lose attempts that way.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether a slot was free, for a login through the API; other methods are 405 and no attempts."""
        if request.method != "POST":
            return True
        username = request.data.get("username") if isinstance(request.data, dict) else None
        # Whatever is no text is no user's name either, and is refused by the serializer.
        return self.admits(request, username if isinstance(username, str) else "")

    def admits(self, request: Any, username: str) -> bool:
        """Take a slot of this user name at the address of the request.

        Returns:
            Whether one was free.
        """
        who = f"{self.get_ident(request)} {username.casefold()}"
        name = hashlib.sha256(who.encode()).hexdigest()
        # The database cache keeps what has expired until it is full.
        CacheEntry.objects.filter(expires__lt=timezone.now()).delete()
        self.slots = [f"login:{name}:{number}" for number in range(ATTEMPTS)]
        return any(cache.add(slot, time.time(), PERIOD_SECONDS) for slot in self.slots)

    def wait(self) -> float:
        """The seconds until a slot is free."""
        taken = cache.get_many(self.slots).values()
        return max(1.0, min(taken, default=0) + PERIOD_SECONDS - time.time())
