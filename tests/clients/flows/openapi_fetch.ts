/** One flow with openapi-fetch and the types of openapi-typescript. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "../generated/openapi_fetch/schema";

type ErrorResponse = components["schemas"]["ErrorResponse"];

/** What a response holds, or an exception with what is wrong. */
function ok<T>(result: { data?: T; error?: ErrorResponse | undefined }): T {
  if (result.data === undefined) throw new Error(result.error?.detail ?? "There is nothing in the response.");
  return result.data;
}

async function main(baseUrl: string, username: string, password: string): Promise<void> {
  const api = createClient<paths>({ baseUrl });
  const login = ok(await api.POST("/api/v1/auth/login", { body: { username, password } }));
  api.use({
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${login.token}`);
    },
  });
  assert.equal(ok(await api.GET("/api/v1/auth/me")).username, username);

  const header = { "Idempotency-Key": randomUUID() };
  const body = { name: "Office" };
  const office = ok(await api.POST("/api/v1/collections", { params: { header }, body }));
  const again = await api.POST("/api/v1/collections", { params: { header }, body });
  assert.equal(ok(again).id, office.id);
  assert.equal(again.response.headers.get("Idempotent-Replayed"), "true");

  const taken = await api.POST("/api/v1/collections", { body });
  assert.equal(taken.response.status, 400);
  assert.equal(taken.error?.type, "validation_error");
  assert.deepEqual([taken.error?.errors[0]?.code, taken.error?.errors[0]?.attr], ["unique", "name"]);

  const pdf = ok(
    await api.POST("/api/v1/artifacts", { body: { type: "skill", name: "pdf", latest_version: "2.0.0" } }),
  );
  const ocr = ok(await api.POST("/api/v1/artifacts", { body: { type: "skill", name: "ocr", description: null } }));
  const group = ok(
    await api.POST("/api/v1/groups", { body: { collection_id: office.id, name: "Documents" } }),
  );
  const ofGroup = { params: { path: { id: group.id } } };
  ok(await api.POST("/api/v1/groups/{id}/artifacts", { ...ofGroup, body: { artifact_id: pdf.id } }));
  ok(await api.POST("/api/v1/groups/{id}/artifacts", { ...ofGroup, body: { artifact_ids: [ocr.id], position: 0 } }));
  ok(
    await api.PUT("/api/v1/groups/{id}/artifacts/{artifactId}", {
      params: { path: { id: group.id, artifactId: ocr.id } },
      body: { position: 1 },
    }),
  );
  const placed = ok(await api.GET("/api/v1/groups/{id}/artifacts", ofGroup));
  assert.deepEqual(placed.artifacts.map((artifact) => [artifact.name, artifact.position]), [["pdf", 0], ["ocr", 1]]);

  const web = ok(await api.POST("/api/v1/projects", { body: { name: "web" } }));
  const deployment = ok(
    await api.POST("/api/v1/deployments", {
      body: { artifact_id: pdf.id, project_id: web.id, deployed_version: "1.9.0" },
    }),
  );
  const outdated = ok(
    await api.GET("/api/v1/deployments", {
      params: { query: { project_id: web.id, outdated: true, status: ["active", "pending"], ordering: "-deployed_at" } },
    }),
  );
  assert.deepEqual(outdated.deployments.map((row) => row.id), [deployment.id]);

  const path = { id: deployment.id };
  const seen = await api.GET("/api/v1/deployments/{id}", { params: { path } });
  const etag = seen.response.headers.get("ETag");
  assert.ok(etag);
  const change = { params: { path, header: { "If-Match": etag } }, body: { ...ok(seen), deployed_version: "2.0.0" } };
  assert.equal(ok(await api.PUT("/api/v1/deployments/{id}", change)).is_outdated, false);
  const late = await api.PUT("/api/v1/deployments/{id}", change);
  assert.equal(late.response.status, 412);
  assert.equal(late.error?.errors[0]?.code, "precondition_failed");

  const summary = ok(await api.GET("/api/v1/deployments/summary"));
  assert.deepEqual([summary.total_deployments, summary.by_status.active], [1, 1]);

  const gone = [
    await api.DELETE("/api/v1/deployments/{id}", { params: { path } }),
    await api.DELETE("/api/v1/projects/{id}", { params: { path: { id: web.id } } }),
    await api.DELETE("/api/v1/collections/{id}", { params: { path: { id: office.id } } }),
    await api.DELETE("/api/v1/artifacts/{id}", { params: { path: { id: pdf.id } } }),
    await api.DELETE("/api/v1/artifacts/{id}", { params: { path: { id: ocr.id } } }),
  ];
  assert.deepEqual(gone.map(({ response }) => response.status), [204, 204, 204, 204, 204]);
  const missing = await api.GET("/api/v1/deployments/{id}", { params: { path } });
  assert.equal(missing.error?.errors[0]?.code, "not_found");
}

const [baseUrl = "", username = "", password = ""] = process.argv.slice(2);
void main(baseUrl, username, password);
