//! Smoke.
use swath::*;
#[test]
fn smoke() {
    for choice in [DeviceChoice::Cpu, DeviceChoice::Gpu] {
        for dispatch in [
            DispatchLimits::default(),
            DispatchLimits { max_groups_per_dimension: Some(2), max_binding_bytes: Some(1024) },
        ] {
            let device = Device::with_options(&DeviceOptions { choice, dispatch, ..Default::default() }).unwrap();
            println!("{}", device.info());
            let n = 41 * 37;
            let px: Vec<u8> = (0..n * 3).map(|i| (i * 7919 % 256) as u8).collect();
            let img = device.image(ImageView::<Rgb8>::new(&px, 41, 37).unwrap()).unwrap();
            let gray = img.grayscale().unwrap();
            let mask = gray.threshold(Threshold::otsu()).unwrap();
            let t = img.normalize(&Normalize::imagenet()).unwrap();
            let expect: Vec<u8> = px
                .chunks(3)
                .map(|p| ((9798 * p[0] as u32 + 19235 * p[1] as u32 + 3735 * p[2] as u32 + 16384) >> 15) as u8)
                .collect();
            let level = gray.otsu_level().unwrap().read().wait().unwrap()[0];
            println!("level {level}");
            let m = mask.read().wait().unwrap();
            assert_eq!(gray.read().wait().unwrap().as_slice(), expect);
            assert!(m.as_slice().iter().zip(&expect).all(|(m, g)| (*m == 255) == (*g as u32 > level)));
            let t = pollster::block_on(t.read()).unwrap();
            for c in 0..3 {
                for i in 0..n {
                    let e = (px[i * 3 + c] as f64 / 255.0 - [0.485, 0.456, 0.406][c]) / [0.229, 0.224, 0.225][c];
                    assert!((t.as_slice()[c * n + i] as f64 - e).abs() < 2e-6, "{c} {i}");
                }
            }
            println!("{}", device.stats());
        }
    }
}
