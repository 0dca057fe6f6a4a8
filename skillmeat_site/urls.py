"""The composition root: every URL, and the one router of the API."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView, TemplateView
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from collections_app.views import ArtifactViewSet, CollectionArtifactViewSet, CollectionViewSet
from deployments_app.views import DeploymentViewSet, ProjectViewSet
from groups_app.views import GroupArtifactViewSet, GroupViewSet
from reports_app.views import CatalogViewSet, ReportViewSet
from skillmeat_site.accounts.views import AuthViewSet, TokenViewSet, admin_login
from skillmeat_site.api.exception_handler import not_found_page
from skillmeat_site.api.health import healthz, readyz
from skillmeat_site.api.middleware import read_only
from skillmeat_site.openapi.views import PAGE, document, redoc_bundle

router = SimpleRouter(trailing_slash=False)
router.register("collections", CollectionViewSet)
router.register("collections/(?P<id>[^/]+)/artifacts", CollectionArtifactViewSet, "collection-artifact")
router.register("groups", GroupViewSet)
router.register("groups/(?P<id>[^/]+)/artifacts", GroupArtifactViewSet)
router.register("artifacts", ArtifactViewSet)
router.register("projects", ProjectViewSet)
router.register("deployments", DeploymentViewSet)
router.register("reports", ReportViewSet)
router.register("catalogs", CatalogViewSet, "catalog")
router.register("auth/tokens", TokenViewSet, "token")
router.register("auth", AuthViewSet, "auth")

api = [
    *router.urls,
    path("schema", document, name="schema"),
    path("docs", read_only(SpectacularSwaggerView.as_view(**PAGE)), name="docs"),
    path("redoc", read_only(SpectacularRedocView.as_view(**PAGE)), name="redoc"),
    path("redoc/bundles/redoc.standalone.js", redoc_bundle),
]
urlpatterns = [
    path("", read_only(TemplateView.as_view(template_name="home.html")), name="home"),
    path("api/v1/", include(api)),
    # Before the admin's own page at this URL.
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    # Where APPEND_SLASH would send people, were it not for the next line.
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    # Not left to handler404 alone, which Django does not ask with DEBUG on.
    re_path("", csrf_exempt(not_found_page)),
]

handler400 = "skillmeat_site.api.exception_handler.bad_request"
handler403 = "skillmeat_site.api.exception_handler.permission_denied"
handler404 = "skillmeat_site.api.exception_handler.not_found_page"
handler500 = "skillmeat_site.api.exception_handler.server_error"
