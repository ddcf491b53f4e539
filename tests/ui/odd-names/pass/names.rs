//! Whatever a service is called, its stub compiles and hides nothing of the prelude.
#![deny(warnings)]
service_connect::clients!();

fn prelude() -> Result<Option<Vec<String>>, ()> {
    Ok(Some(vec![String::new()]))
}

fn main() {
    let _ = prelude();
    let _ = SelfService::get("/");
    let _ = ResultService::get("/");
    let _ = OptionService::get("/");
    let _ = Type::get("/");
    let _ = _3d::get("/");
    let _ = AB::get("/");
    let _ = ABService::get("/");
    let _ = UdpLog::get("/");
    let _ = (StringService::get("/"), VecService::get("/"));
}
