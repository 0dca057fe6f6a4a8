/** One flow with the client of openapi-generator's typescript-fetch. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  ArtifactsApi,
  ArtifactType,
  AuthApi,
  CollectionsApi,
  Configuration,
  DeploymentOrdering,
  DeploymentsApi,
  DeploymentStatus,
  type ErrorResponse,
  ErrorResponseFromJSON,
  GroupsApi,
  ProjectsApi,
  ResponseError,
} from "../generated/typescript_fetch/index";

/** The status and the body of the error that a request ends with. */
async function errorOf(request: Promise<unknown>): Promise<[number, ErrorResponse]> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    return [error.response.status, ErrorResponseFromJSON(await error.response.json())];
  }
  throw new Error("The request should have failed.");
}

async function main(basePath: string, username: string, password: string): Promise<void> {
  const login = await new AuthApi(new Configuration({ basePath })).login({ loginRequest: { username, password } });
  const configuration = new Configuration({ basePath, accessToken: login.token });
  const artifacts = new ArtifactsApi(configuration);
  const collections = new CollectionsApi(configuration);
  const deployments = new DeploymentsApi(configuration);
  const groups = new GroupsApi(configuration);
  const projects = new ProjectsApi(configuration);
  assert.equal((await new AuthApi(configuration).getCurrentUser()).username, username);

  const create = { collectionCreateRequest: { name: "Office" }, idempotencyKey: randomUUID() };
  const office = await collections.createCollection(create);
  const again = await collections.createCollectionRaw(create);
  assert.equal((await again.value()).id, office.id);
  assert.equal(again.raw.headers.get("Idempotent-Replayed"), "true");

  const [status, taken] = await errorOf(
    collections.createCollection({ collectionCreateRequest: { name: "Office" } }),
  );
  assert.equal(status, 400);
  assert.equal(taken.type, "validation_error");
  assert.deepEqual([taken.errors[0]?.code, taken.errors[0]?.attr], ["unique", "name"]);

  const pdf = await artifacts.createArtifact({
    artifactCreateRequest: { type: ArtifactType.Skill, name: "pdf", latestVersion: "2.0.0" },
  });
  const ocr = await artifacts.createArtifact({
    artifactCreateRequest: { type: "skill", name: "ocr", description: null },
  });
  const group = await groups.createGroup({ groupCreateRequest: { collectionId: office.id, name: "Documents" } });
  const other = await groups.createGroup({ groupCreateRequest: { collectionId: office.id, name: "Images" } });
  const id = group.id;
  await groups.addGroupArtifacts({ id, addGroupArtifactsRequest: { artifactId: pdf.id } });
  await groups.addGroupArtifacts({ id, addGroupArtifactsRequest: { artifactIds: [ocr.id], position: 0 } });
  await groups.updateGroupArtifact({ id, artifactId: ocr.id, groupArtifactUpdateRequest: { position: 1 } });
  const placed = await groups.listGroupArtifacts({ id });
  assert.deepEqual(placed.artifacts.map((artifact) => artifact.name), ["pdf", "ocr"]);
  const reordered = await groups.reorderSiblingGroups({
    id,
    reorderSiblingGroupsRequest: [{ id: other.id, position: 0 }],
  });
  assert.deepEqual(reordered.groups.map((sibling) => sibling.name), ["Images", "Documents"]);

  const web = await projects.createProject({ projectCreateRequest: { name: "web" } });
  const deployment = await deployments.createDeployment({
    deploymentCreateRequest: { artifactId: pdf.id, projectId: web.id, deployedVersion: "1.9.0" },
  });
  assert.ok(deployment.deployedAt instanceof Date);
  const outdated = await deployments.listDeployments({
    projectId: web.id,
    outdated: true,
    status: [DeploymentStatus.Active, DeploymentStatus.Pending],
    ordering: DeploymentOrdering.DEPLOYED_AT_DESC,
  });
  assert.deepEqual(outdated.deployments.map((row) => row.id), [deployment.id]);

  const seen = await deployments.getDeploymentRaw({ id: deployment.id });
  const ifMatch = seen.raw.headers.get("ETag");
  assert.ok(ifMatch);
  const change = {
    id: deployment.id,
    ifMatch,
    deploymentUpdateRequest: { ...(await seen.value()), deployedVersion: "2.0.0" },
  };
  assert.equal((await deployments.updateDeployment(change)).isOutdated, false);
  const [lateStatus, late] = await errorOf(deployments.updateDeployment(change));
  assert.deepEqual([lateStatus, late.errors[0]?.code], [412, "precondition_failed"]);

  const summary = await deployments.getDeploymentSummary();
  assert.deepEqual([summary.totalDeployments, summary.byStatus.active], [1, 1]);

  await deployments.deleteDeployment({ id: deployment.id });
  await projects.deleteProject({ id: web.id });
  await collections.deleteCollection({ id: office.id });
  await artifacts.deleteArtifact({ id: pdf.id });
  await artifacts.deleteArtifact({ id: ocr.id });
  const [goneStatus, gone] = await errorOf(deployments.getDeployment({ id: deployment.id }));
  assert.deepEqual([goneStatus, gone.errors[0]?.code], [404, "not_found"]);
}

const [basePath = "", username = "", password = ""] = process.argv.slice(2);
void main(basePath, username, password);
