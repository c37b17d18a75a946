//! Prints the insights of power and performance metrics: regressions, and metrics that trend up.
//!
//! `cargo run -p storewright-examples --bin asc-performance -- com.example.app`
//! `cargo run -p storewright-examples --bin asc-performance -- com.example.app --metric HANG --metric LAUNCH --fail-on-regressions`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::process::ExitCode;

use app_store_connect_client::models::{
    AppsPerfPowerMetricsMetricTypeFilter, MetricVersions, MetricsInsight, PerformanceSignature,
};
use clap::Parser;
use storewright_examples::app_store_connect::{Connection, app};
use storewright_examples::{BoxError, exit_code, or_dash};

/// Prints regressions of the latest version, metrics that trend up, and the code with the most hangs and disk writes.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The bundle id of the app.
    app: String,
    /// The metrics, such as `HANG`; by default all.
    #[arg(long = "metric", value_name = "METRIC")]
    metrics: Vec<AppsPerfPowerMetricsMetricTypeFilter>,
    /// The devices, such as `all_iphones`; by default all.
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,
    /// Ends with 1 if there are regressions.
    #[arg(long)]
    fail_on_regressions: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let app = app(&client, &args.app).await?.id;

    let mut metrics = client.apps().get_perf_power_metrics(&app);
    if !args.metrics.is_empty() {
        metrics = metrics.filter_metric_type(args.metrics);
    }
    let mut overview = client.apps().list_performance_overviews(&app);
    if let Some(device) = &args.device {
        metrics = metrics.filter_device_type([device]);
        overview = overview.filter_device_type([device]);
    }

    let insights = metrics.send().await?.insights.unwrap_or_default();
    let regressions = insights.regressions.unwrap_or_default();
    print_insights("regression", &regressions);
    print_insights("trending up", &insights.trending_up.unwrap_or_default());

    let signatures = overview.send().await?.signatures.unwrap_or_default();
    print_signatures("hangs", signatures.top_hang_point);
    print_signatures("launches", signatures.top_launch_point);
    print_signatures("disk writes", signatures.top_disk_write_point);

    match regressions.len() {
        count if args.fail_on_regressions && count > 0 => Err(format!("regressions: {count}").into()),
        _ => Ok(()),
    }
}

fn print_insights(what: &str, insights: &[MetricsInsight]) {
    for insight in insights {
        let before = match &insight.reference_versions {
            // Apple documents one version and sends several.
            Some(MetricVersions::String(version)) => version.clone(),
            Some(MetricVersions::ListString(versions)) => versions.join(", "),
            _ => "-".to_owned(),
        };
        let metric = or_dash(insight.metric.as_ref());
        let latest = or_dash(insight.latest_version.as_ref());
        println!("{what}: {metric} in {latest}, compared with {before}");
        println!("  {}", or_dash(insight.summary_string.as_ref()));
        for population in insight.populations.iter().flatten() {
            let device = or_dash(population.device.as_ref());
            let percentile = or_dash(population.percentile.as_ref());
            println!("  {device}, {percentile}: {} %", or_dash(population.delta_percentage));
        }
    }
}

fn print_signatures(what: &str, signatures: Option<Vec<PerformanceSignature>>) {
    for signature in signatures.into_iter().flatten() {
        let weight = or_dash(signature.weight);
        println!("{what}: {} (weight {weight})", or_dash(signature.signature));
    }
}
