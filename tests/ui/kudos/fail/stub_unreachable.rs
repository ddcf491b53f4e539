service_connect::clients!();

fn main() {
    let _ = Mailer::get("/");
    let _ = Queue::base_url();
}
