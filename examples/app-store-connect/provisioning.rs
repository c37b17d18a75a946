//! Creates a certificate and a provisioning profile for a bundle id and devices.
//!
//! `cargo run -p storewright-examples --bin asc-provisioning -- com.example.app Example my.certSigningRequest --device
//! "Ada's phone=00008110-000A1B2C3D4E5F60" --capability PUSH_NOTIFICATIONS`
//!
//! The key is in the environment: `ASC_KEY_ID`, `ASC_ISSUER_ID`, and `ASC_PRIVATE_KEY` or `ASC_PRIVATE_KEY_PATH`.

use std::path::PathBuf;
use std::process::ExitCode;

use app_store_connect_client::Client;
use app_store_connect_client::models::{
    BundleIdCapabilityCreate, BundleIdCapabilityCreateRequest, BundleIdCreate, BundleIdCreateRequest,
    BundleIdPlatform, CapabilityType, CertificateCreate, CertificateCreateRequest, CertificateType, Device,
    DeviceCreate, DeviceCreateRequest, DeviceStatus, DeviceUpdateRequest, DeviceUpdateRequestStatus,
    ProfileCreate, ProfileCreateRequest, ProfileField, ProfileInclude, ProfileProfileType,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Parser;
use storewright_examples::app_store_connect::Connection;
use storewright_examples::{BoxError, exit_code, or_dash};

/// Makes a certificate and a profile for development on devices, which are registered if they are not.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    connection: Connection,
    /// The bundle id, which is registered if it is not.
    bundle_id: String,
    /// The name of the bundle id and of the profile.
    name: String,
    /// A file with a request for a certificate, as Keychain Access or OpenSSL makes it.
    request: PathBuf,
    /// A device: `NAME=UDID`; may be given more than once.
    #[arg(long = "device", value_name = "NAME=UDID", value_parser = name_and_udid, required = true)]
    devices: Vec<(String, String)>,
    /// The capabilities of the bundle id, by Apple's names, such as `PUSH_NOTIFICATIONS`; may be given more than once.
    #[arg(long = "capability", value_name = "TYPE")]
    capabilities: Vec<CapabilityType>,
    /// The folder for the certificate and the profile.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
}

fn name_and_udid(text: &str) -> Result<(String, String), String> {
    let (name, udid) = text.split_once('=').ok_or("a device is given as NAME=UDID")?;
    Ok((name.to_owned(), udid.to_owned()))
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), BoxError> {
    let client = args.connection.client()?;
    let request = std::fs::read_to_string(&args.request)
        .map_err(|error| format!("{} cannot be read: {error}", args.request.display()))?;

    let mut devices = Vec::new();
    for (name, udid) in &args.devices {
        devices.push(device(&client, name, udid).await?);
    }
    let bundle_id = bundle_id(&client, &args.bundle_id, &args.name).await?;
    add_capabilities(&client, &bundle_id, &args.capabilities).await?;

    let request = CertificateCreateRequest::new(CertificateCreate {
        certificate_type: CertificateType::Development,
        csr_content: request,
    });
    let certificate = client.certificates().create(request).send().await?.data;
    let content = certificate.attributes.certificate_content.unwrap_or_default();
    let file = args.folder.join(format!("{}.cer", certificate.id));
    std::fs::write(&file, STANDARD.decode(content)?)?;
    println!("the certificate is {}", file.display());

    let kind = ProfileProfileType::IosAppDevelopment;
    let request = ProfileCreateRequest::new(ProfileCreate {
        name: args.name.clone(),
        profile_type: kind,
        bundle_id: bundle_id.clone(),
        certificates: vec![certificate.id.clone()],
    })
    .devices(&devices);
    let profile = client.profiles().create(request).send().await?.data;
    let content = profile.attributes.profile_content.unwrap_or_default();
    let file = args.folder.join(format!("{}.mobileprovision", profile.id));
    std::fs::write(&file, STANDARD.decode(content)?)?;
    println!("the profile is {}", file.display());
    show_profiles(&client).await
}

/// The id of a device. A registered device cannot be removed, only disabled.
async fn device(client: &Client, name: &str, udid: &str) -> Result<String, BoxError> {
    let found = client.devices().list().filter_udid([udid]).send().await?.data.into_iter().next();
    let id = match found {
        Some(device) if device.attributes.status == Some(DeviceStatus::Disabled) => {
            let request = DeviceUpdateRequest::new(device.id).status(DeviceUpdateRequestStatus::Enabled);
            client.devices().update(request).send().await?.data.id
        }
        Some(device) => device.id,
        None => {
            let request = DeviceCreateRequest::new(DeviceCreate {
                name: name.into(),
                platform: BundleIdPlatform::Ios,
                udid: udid.into(),
            });
            client.devices().create(request).send().await?.data.id
        }
    };
    println!("{name} is the device {id}");
    Ok(id)
}

/// The resource's id of a bundle id.
async fn bundle_id(client: &Client, identifier: &str, name: &str) -> Result<String, BoxError> {
    // The filter finds `com.example.app.clip` too.
    let mut found = client.bundle_ids().list().filter_identifier([identifier]).items();
    while let Some(bundle_id) = found.try_next().await? {
        if bundle_id.attributes.identifier.as_deref() == Some(identifier) {
            return Ok(bundle_id.id);
        }
    }
    let request = BundleIdCreateRequest::new(BundleIdCreate {
        identifier: identifier.into(),
        name: name.into(),
        platform: BundleIdPlatform::Ios,
    });
    Ok(client.bundle_ids().create(request).send().await?.data.id)
}

async fn add_capabilities(
    client: &Client,
    bundle_id: &str,
    wanted: &[CapabilityType],
) -> Result<(), BoxError> {
    let found = client.bundle_ids().list_bundle_id_capabilities(bundle_id).send().await?.data;
    let has =
        |kind| found.iter().any(|capability| capability.attributes.capability_type.as_ref() == Some(kind));
    for kind in wanted.iter().filter(|kind| !has(kind)) {
        let request = BundleIdCapabilityCreateRequest::new(BundleIdCapabilityCreate {
            capability_type: kind.clone(),
            bundle_id: bundle_id.into(),
        });
        client.bundle_id_capabilities().create(request).send().await?;
        println!("{kind} is on");
    }
    Ok(())
}

/// Prints the profiles with their devices.
async fn show_profiles(client: &Client) -> Result<(), BoxError> {
    // The relationship must be among the fields too, or the response does not connect devices with profiles.
    let mut pages = client
        .profiles()
        .list()
        .include([ProfileInclude::DEVICES])
        .fields_profiles([ProfileField::NAME, ProfileField::DEVICES])
        .pages();
    while let Some(page) = pages.try_next().await? {
        for profile in &page.data {
            let devices = profile.relationships.devices.data.value();
            let names: Vec<String> = devices
                .into_iter()
                .flatten()
                .filter_map(|identifier| page.find_included::<Device>(identifier))
                .map(|device| or_dash(device.attributes.name.as_ref()))
                .collect();
            println!("{}: {}", or_dash(profile.attributes.name.as_ref()), names.join(", "));
        }
    }
    Ok(())
}
