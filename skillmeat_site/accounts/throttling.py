"""At most ten login attempts a minute for each address and user name."""

import hashlib
import re
import time
from ipaddress import ip_address
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from skillmeat_site.accounts.models import CacheEntry

ATTEMPTS = 10
PERIOD_SECONDS = 60
# As in `[2001:db8::1]:443`, `[2001:db8::1]` and `203.0.113.7:40000`.
_BRACKETS_AND_PORT = re.compile(r"(?:\[(.+)\]|([\d.]+))(?::\d+)?")


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

    def get_ident(self, request: Any) -> str:
        """The client's address, always in the same spelling.

        What is no address is not counted by itself, or everybody could make up new ones: it counts for
        the proxy that passed it on.
        """
        sent = super().get_ident(request)
        return _normalized(sent) or _normalized(request.META.get("REMOTE_ADDR")) or ""

    def wait(self) -> float:
        """The seconds until a slot is free."""
        taken = cache.get_many(self.slots).values()
        return max(1.0, min(taken, default=0) + PERIOD_SECONDS - time.time())


def _normalized(text: str | None) -> str | None:
    """An IP address without the port that some proxies add, or None for anything else.

    An IPv6 address loses its zone, and one that stands for an IPv4 address becomes that.
    """
    match = _BRACKETS_AND_PORT.fullmatch(text or "")
    host = match[1] or match[2] if match else text or ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)
