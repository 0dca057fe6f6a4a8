/** One flow with the client of @hey-api/openapi-ts. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as api from "../generated/hey_api/index";
import { client } from "../generated/hey_api/client.gen";

/** What a response holds, or an exception with what is wrong. */
function ok<T>(result: { data: T | undefined; error: api.ErrorResponse | undefined }): T {
  if (result.data === undefined) throw new Error(result.error?.detail ?? "There is nothing in the response.");
  return result.data;
}

async function main(baseUrl: string, username: string, password: string): Promise<void> {
  client.setConfig({ baseUrl });
  const login = ok(await api.login({ body: { username, password } }));
  client.setConfig({ auth: login.token });
  assert.equal(ok(await api.getCurrentUser()).username, username);

  const headers = { "Idempotency-Key": randomUUID() };
  const body = { name: "Office" };
  const office = ok(await api.createCollection({ headers, body }));
  const again = await api.createCollection({ headers, body });
  assert.equal(ok(again).id, office.id);
  assert.equal(again.response?.headers.get("Idempotent-Replayed"), "true");

  const taken = await api.createCollection({ body });
  assert.equal(taken.response?.status, 400);
  assert.equal(taken.error?.type, "validation_error");
  assert.deepEqual([taken.error?.errors[0]?.code, taken.error?.errors[0]?.attr], ["unique", "name"]);

  const pdf = ok(await api.createArtifact({ body: { type: "skill", name: "pdf", latest_version: "2.0.0" } }));
  const ocr = ok(await api.createArtifact({ body: { type: "skill", name: "ocr", description: null } }));
  const group = ok(await api.createGroup({ body: { collection_id: office.id, name: "Documents" } }));
  const other = ok(await api.createGroup({ body: { collection_id: office.id, name: "Images" } }));
  const path = { id: group.id };
  ok(await api.addGroupArtifacts({ path, body: { artifact_id: pdf.id } }));
  ok(await api.addGroupArtifacts({ path, body: { artifact_ids: [ocr.id], position: 0 } }));
  ok(await api.reorderGroupArtifacts({ path, body: { artifacts: [{ artifact_id: pdf.id, position: 0 }] } }));
  const placed = ok(await api.listGroupArtifacts({ path }));
  assert.deepEqual(placed.artifacts.map((artifact) => artifact.name), ["pdf", "ocr"]);
  const reordered = ok(await api.reorderSiblingGroups({ path, body: [{ id: other.id, position: 0 }] }));
  assert.deepEqual(reordered.groups.map((sibling) => sibling.name), ["Images", "Documents"]);

  const web = ok(await api.createProject({ body: { name: "web" } }));
  const deployment = ok(
    await api.createDeployment({
      body: { artifact_id: pdf.id, project_id: web.id, deployed_version: "1.9.0" },
    }),
  );
  const outdated = ok(
    await api.listDeployments({
      query: { project_id: web.id, outdated: true, status: ["active", "pending"], ordering: "-deployed_at" },
    }),
  );
  assert.deepEqual(outdated.deployments.map((row) => row.id), [deployment.id]);

  const seen = await api.getDeployment({ path: { id: deployment.id } });
  const etag = seen.response?.headers.get("ETag");
  assert.ok(etag);
  const change = {
    path: { id: deployment.id },
    headers: { "If-Match": etag },
    body: { ...ok(seen), deployed_version: "2.0.0" },
  };
  assert.equal(ok(await api.updateDeployment(change)).is_outdated, false);
  const late = await api.updateDeployment(change);
  assert.equal(late.response?.status, 412);
  assert.equal(late.error?.errors[0]?.code, "precondition_failed");

  const summary = ok(await api.getDeploymentSummary());
  assert.deepEqual([summary.total_deployments, summary.by_status.active], [1, 1]);

  const gone = [
    await api.deleteDeployment({ path: { id: deployment.id } }),
    await api.deleteProject({ path: { id: web.id } }),
    await api.deleteCollection({ path: { id: office.id } }),
    await api.deleteArtifact({ path: { id: pdf.id } }),
    await api.deleteArtifact({ path: { id: ocr.id } }),
  ];
  assert.deepEqual(gone.map(({ response }) => response?.status), [204, 204, 204, 204, 204]);
  const missing = await api.getDeployment({ path: { id: deployment.id } });
  assert.equal(missing.error?.errors[0]?.code, "not_found");
}

const [baseUrl = "", username = "", password = ""] = process.argv.slice(2);
void main(baseUrl, username, password);
