use crate::cli::{assert_fails, assert_works, bare, write_file};

const CHECK: [&str; 2] = ["config", "check"];
const CHECK_FILE: [&str; 4] = ["config", "check", "--config", "herald.toml"];
const CANARY: &str = "canary";

#[test]
fn a_configuration_is_checked_without_doing_anything() {
    let builder = bare();
    assert!(assert_works(&builder, &CHECK).contains("the configuration is valid"));
    write_file(
        &builder,
        r#"
        listen = "127.0.0.1:0"
        database_url = "sqlite:other.db"
        queue_url = "amqps://herald:canary@mq.example.com/prod"
        queue_prefix = "herald-prod_1"
        workers = 2
        registration = "closed"
        allowed_origins = ["https://app.example.com"]
        trusted_proxies = ["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"]
        rate_limit_login = "10/min"
        rate_limit_send = "off"
        log = "info,herald=debug"
        admin_username = "admin"
        admin_password = "admin-password"
        "#,
    );
    assert_works(&builder, &CHECK_FILE);
    assert_works(&builder.clone().set("HERALD_CONFIG", "herald.toml"), &CHECK);
    let files: Vec<_> = std::fs::read_dir(builder.folder()).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[test]
fn what_nobody_knows_is_refused_by_its_name() {
    let builder = bare();
    for (name, key) in [("HERALD_LITSEN", "litsen"), ("HERALD_LISTEN_PORT", "listen_port")] {
        let builder = builder.clone().set(name, CANARY);
        for command in
            [&CHECK[..], &["serve"], &["migrate"], &["user", "create", "--username", "a"]]
        {
            let said = assert_fails(&builder, command, &["unknown key", "HERALD_"]);
            assert!(said.contains(key), "{said}");
            assert!(!said.contains(CANARY), "{said}");
        }
    }
    for (line, key) in [
        ("litsen = 'canary'", "litsen"),
        ("[server]\nlisten = 'canary'", "server"),
        ("Listen = 'canary'", "Listen"),
        ("jwt-secret = 'canary'", "jwt-secret"),
    ] {
        write_file(&builder, line);
        let said = assert_fails(&builder, &CHECK_FILE, &["unknown key", key, "herald.toml"]);
        assert!(!said.contains(CANARY), "{said}");
    }
    assert!(!builder.folder().join("herald-data").exists());
}

#[test]
fn a_value_that_cannot_be_is_refused_by_the_name_of_its_key() {
    let builder = bare();
    for (key, value) in [
        ("listen", "nowhere"),
        ("listen", "127.0.0.1"),
        ("listen", "127.0.0.1:99999"),
        ("metrics_listen", "9100"),
        ("workers", "0"),
        ("workers", "-1"),
        ("workers", "many"),
        ("workers", "100000"),
        ("retention_max_items", "0"),
        ("retention_max_items", "many"),
        ("retention_max_days", "0"),
        ("retention_max_days", "-1"),
        ("registration", "perhaps"),
        ("registration", ""),
        ("log_format", "xml"),
        ("log", "herald=loud"),
        ("database_url", "postgres:/nowhere"),
        ("database_url", "herald.db"),
        ("database_url", ""),
        ("queue_url", "redis://localhost"),
        ("queue_url", "amqp://user:canary@["),
        ("queue_url", "nats://user:canary@["),
        ("queue_url", "nats://a,amqp://b"),
        ("queue_url", "memory"),
        ("queue_url", "memory:x"),
        ("queue_url", ""),
        ("queue_prefix", ""),
        ("queue_prefix", "a.b"),
        ("queue_prefix", "a b"),
        ("trusted_proxies", "127.0.0.1"),
        ("trusted_proxies", "[\"proxy.example.com\"]"),
        ("rate_limit_login", "10"),
        ("rate_limit_account", "0/min"),
        ("rate_limit_send", "10/fortnight"),
        ("rate_limit_read", "2000000/s"),
        ("rate_limit_write", "-1/s"),
        ("rate_limit_realtime", ""),
        ("rate_limit_api_key", "none"),
        ("rate_limit_anonymous", "1.5/s"),
        ("allowed_origins", "https://app.example.com"),
        ("allowed_origins", "[\"app.example.com\"]"),
        ("allowed_origins", "[\"https://app.example.com/\"]"),
        ("jwt_secret_file", "nowhere"),
        ("queue_url_file", "nowhere"),
        ("jwt_public_key_file", "nowhere"),
        ("jwt_jwks_file", "nowhere"),
        ("admin_password_file", "nowhere"),
        ("admin_username", "alone"),
        ("admin_password", "alone"),
        ("admin_password", ""),
        ("jwt_secret", ""),
    ] {
        let name = format!("HERALD_{}", key.to_uppercase());
        let said = assert_fails(&builder.clone().set(&name, value), &CHECK, &[key]);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(!said.contains(CANARY), "{said}");
    }
    write_file(&builder, "workers = ");
    assert_fails(&builder, &CHECK_FILE, &["herald.toml"]);
    assert_fails(&builder, &["config", "check", "--config", "nowhere.toml"], &["nowhere.toml"]);
    assert_fails(&builder, &["serve", "--listen", "nowhere"], &["--listen"]);
    assert_fails(&builder.set("HERALD_LOG", "herald=loud"), &["serve"], &["log"]);
}

#[test]
fn a_secret_is_not_repeated_however_wrong_it_is() {
    let builder = bare();
    for key in ["jwt_secret", "admin_password", "queue_url"] {
        for value in ["['canary']", "{ x = 'canary' }", "4711470815"] {
            write_file(&builder, &format!("{key} = {value}"));
            let said = assert_fails(&builder, &CHECK_FILE, &[key]);
            assert!(!said.contains(CANARY) && !said.contains("4711470815"), "{said}");
        }
        write_file(&builder, &format!("{key} = 'canary\nlisten = 7"));
        let said = assert_fails(&builder, &CHECK_FILE, &["line 1", "herald.toml"]);
        assert!(!said.contains(CANARY), "{said}");
        std::fs::write(builder.folder().join("secret"), CANARY).unwrap();
        let both = builder
            .clone()
            .set(&format!("HERALD_{}", key.to_uppercase()), "canary-canary")
            .set(&format!("HERALD_{}_FILE", key.to_uppercase()), "secret");
        assert!(!assert_fails(&both, &CHECK, &[key, "exclude"]).contains(CANARY));
    }
}

#[test]
fn a_secret_may_look_like_anything() {
    for password in
        ["12345678", "true", "[12345678]", "\"12345678\"", "{a=1,b=2}", "1e10", "007007007"]
    {
        let builder =
            bare().set("HERALD_ADMIN_USERNAME", "7").set("HERALD_ADMIN_PASSWORD", password);
        assert_works(&builder, &CHECK);
    }
}

#[test]
fn flags_go_before_variables_and_variables_before_the_file() {
    let file = bare();
    write_file(&file, "workers = 0");
    assert_fails(&file, &CHECK_FILE, &["workers"]);
    let variable = file.clone().set("HERALD_WORKERS", "1");
    assert_works(&variable, &CHECK_FILE);
    assert_works(&variable, &[&CHECK_FILE[..], &["--registration", "closed"]].concat());
    assert_fails(&variable, &[&CHECK_FILE[..], &["--workers", "0"]].concat(), &["workers"]);

    write_file(&file, "workers = 1");
    let variable = file.clone().set("HERALD_WORKERS", "0");
    assert_fails(&variable, &CHECK_FILE, &["workers"]);
    assert_works(&variable, &[&CHECK_FILE[..], &["--workers", "1"]].concat());
    // what one does not say the others may
    write_file(&file, "registration = 'perhaps'");
    assert_fails(&file.set("HERALD_WORKERS", "1"), &CHECK_FILE, &["registration"]);
}
