//! The manifests of pipelines, which deploy services one after the other.

use super::Explanation;

pub(super) const PIPELINE_STAGE: Explanation = Explanation {
    title: "a stage of a pipeline is for no environment of this workspace",
    meaning: "\
A stage deploys to the environment that has its name. If there is none, the pipeline cannot be
deployed. The environment may be kept in another workspace of the application.",
    wrong: "stages:\n  - name: tets",
    right: "stages:\n  - name: test",
    source: "Copilot's pipeline code (`pipeline_deploy.go`)",
};

pub(super) const PIPELINE_DEPLOYMENT: Explanation = Explanation {
    title: "a pipeline deploys a service that there is not",
    meaning: "\
What stands below `deployments` is deployed from `infrastructure/<name>-<environment>.yml`, which
the pipeline's build writes for each service and job of the workspace. There will be no such file
for any other name, and the pipeline stops. A stack of another kind names its `template_path`.",
    wrong: "deployments:\n  ap:",
    right: "deployments:\n  api:",
    source: "Copilot's pipeline code (`internal/pkg/deploy/pipeline.go`)",
};

pub(super) const PIPELINE_DEPENDENCY: Explanation = Explanation {
    title: "a deployment depends on one that the stage does not have",
    meaning: "\
`depends_on` lists deployments of the same stage that have to be done first. Copilot refuses a
pipeline that names any other.",
    wrong: "deployments:\n  web:\n    depends_on: [api]",
    right: "deployments:\n  api:\n  web:\n    depends_on: [api]",
    source: "Copilot's manifest code (`validate.go`)",
};

pub(super) const PIPELINE_CYCLE: Explanation = Explanation {
    title: "deployments of a stage depend on each other in a circle",
    meaning: "\
Copilot puts the deployments of a stage in an order in which each comes after what it depends on,
and refuses the pipeline if there is none. Services may call each other in a circle all the same:
`cargo service-connect order` says which one to deploy again after the first time.",
    wrong: "deployments:\n  api: {depends_on: [web]}\n  web: {depends_on: [api]}",
    right: "deployments:\n  api:\n  web: {depends_on: [api]}",
    source: "Copilot's pipeline code (`internal/pkg/deploy/pipeline.go`)",
};

pub(super) const PIPELINE_ORDER: Explanation = Explanation {
    title: "a pipeline deploys a client before its server is there",
    meaning: "\
A task learns the names of Service Connect when it starts, and never again. If it starts before its
server was first deployed with Service Connect, calls by that name fail until it is deployed once
more. This is about the first deployment to an environment; later ones may come in any order.",
    wrong: "deployments:\n  api:\n  web:      # calls `api` through Service Connect",
    right: "deployments:\n  api:\n  web:\n    depends_on: [api]",
    source: "the ECS documentation of Service Connect and Copilot's pipeline code",
};
