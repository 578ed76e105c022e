use tokio::time::timeout;

use super::super::Balancer;
use super::END;
use crate::support::{Device, PATIENCE, Resuming, Rng};

/// Hears everything until the end, and comes back to any server as often as it is cut off.
pub(super) async fn follow(
    mut device: Device,
    resuming: Resuming,
    balancer: Balancer,
    mut rng: Rng,
) -> Device {
    while !has_ended(&device) {
        if device.try_hear().await.is_some() {
            continue;
        }
        let came_back = async {
            loop {
                let address = *rng.pick(&balancer.lock().unwrap());
                device.move_to(address);
                if device.try_reconnect(resuming).await.is_some() {
                    break;
                }
                rng.pause(100).await;
            }
        };
        timeout(PATIENCE, came_back).await.expect("a server in time");
    }
    device
}

fn has_ended(device: &Device) -> bool {
    device.copy.items.last_key_value().is_some_and(|(_, item)| item["message"] == END)
}
