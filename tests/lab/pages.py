"""Home pages of the lab: fictional, one for each kind that a tester must tell apart."""

BODY = "".join(
    f"<article><h3><a href='/tin-tuc/bai-{n}'>Hội nghị triển khai nhiệm vụ chuyển đổi số lần thứ {n}</a></h3>"
    f"<p>Ủy ban nhân dân tỉnh tổ chức hội nghị, đánh giá kết quả và giao nhiệm vụ cho các sở, ban, ngành. ({n:02}/11/2026)</p></article>"
    for n in range(1, 21)
)
MENU = "".join(f"<li><a href='/{slug}'>{label}</a></li>" for slug, label in [
    ("gioi-thieu", "Giới thiệu"), ("tin-tuc", "Tin tức - Sự kiện"), ("van-ban", "Văn bản pháp quy"), ("thu-tuc", "Thủ tục hành chính"),
    ("dich-vu-cong", "Dịch vụ công trực tuyến"), ("hoi-dap", "Hỏi đáp"), ("lien-he", "Liên hệ")])


def portal(name: str, extra: str = "") -> str:
    return (f"<!doctype html><html lang=vi><head><meta charset=utf-8><title>Cổng thông tin điện tử {name}</title></head><body>"
            f"<header><h1>Cổng thông tin điện tử {name}</h1><nav><ul>{MENU}</ul></nav></header><main>{extra}{BODY}</main>"
            f"<footer>Cơ quan chủ quản: Ủy ban nhân dân {name}. Điện thoại: 0000 000 000. Giấy phép số 00/GP-TTĐT.</footer></body></html>")


def simple(title: str, text: str) -> str:
    return f"<!doctype html><html><head><meta charset=utf-8><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"


PAGES = {
    "portal": lambda host: portal(f"tỉnh Thí Nghiệm ({host})"),
    "sibling": lambda host: portal("xã Láng Giềng").replace("Hội nghị triển khai nhiệm vụ chuyển đổi số", "Lễ ra quân làm đường giao thông nông thôn")
                                                  .replace("đánh giá kết quả và giao nhiệm vụ cho các sở, ban, ngành", "bà con hiến đất, góp công mở rộng tuyến đường liên thôn"),
    "news_maintenance": lambda host: portal(f"tỉnh Thí Nghiệm ({host})",
        "<article><h2>Công ty Điện lực thông báo bảo trì hệ thống lưới điện</h2><p>Để bảo trì, nâng cấp hệ thống, ngành điện tạm ngừng cung cấp điện tại một số khu vực.</p></article>"),
    "news_gambling": lambda host: portal(f"tỉnh Thí Nghiệm ({host})",
        "<article><h2>Công an tỉnh triệt phá đường dây cờ bạc trực tuyến, tài xỉu, casino</h2><p>Các đối tượng lập nhà cái, tổ chức cá độ bóng đá qua mạng.</p></article>"),
    "news_error": lambda host: portal(f"tỉnh Thí Nghiệm ({host})",
        "<article><h2>Khắc phục lỗi hệ thống một cửa: đã xảy ra lỗi khi nộp hồ sơ</h2><p>Hệ thống gặp sự cố, vui lòng thử lại sau 15 giờ.</p></article>"),
    "form_captcha": lambda host: portal(f"tỉnh Thí Nghiệm ({host})",
        "<form action=/gop-y><label>Góp ý</label><textarea></textarea><div class=g-recaptcha data-sitekey=x></div><button>Gửi</button></form>"),
    "large": lambda host: portal(f"tỉnh Thí Nghiệm ({host})", "<p>" + "Nội dung dài. " * 130_000 + "</p>"),
    "error_vi": lambda host: simple("Đã xảy ra lỗi", "Hệ thống gặp sự cố trong quá trình xử lý. Vui lòng thử lại sau."),
    "error_database": lambda host: simple("Server Error", "System.Data.SqlClient.SqlException: A network-related or instance-specific error occurred while establishing a connection to SQL Server."),
    "maintenance": lambda host: simple("Hệ thống đang bảo trì", "Cổng thông tin điện tử đang được bảo trì, nâng cấp. Mong quý vị thông cảm và quay lại sau."),
    "default": lambda host: "<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and working. Further configuration is required.</p></body></html>",
    "listing": lambda host: "<html><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre><a href=\"../\">../</a>\n<a href=\"backup/\">backup/</a> 01-Nov-2026 10:00 -\n<a href=\"web.config\">web.config</a> 01-Nov-2026 10:00 812\n</pre><hr></body></html>",
    "captcha": lambda host: "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser before accessing</h1><p>Please enable JavaScript and cookies to continue.</p><form id=challenge-form action=/cdn-cgi/l/chk_captcha></form></body></html>",
    "parked": lambda host: simple("This domain is for sale", "The domain is parked free, courtesy of the registrar. Buy this domain. Related searches: hosting, loans."),
    "gambling": lambda host: simple("Nhà cái uy tín số 1 - Tải app tài xỉu đổi thưởng", "Đăng ký nhận ngay 100k. Casino trực tuyến, nổ hũ, bắn cá, kèo nhà cái, tài xỉu online, xóc đĩa. " * 12),
    "foreign": lambda host: portal("Công ty Du lịch Biển Xanh").replace("Ủy ban nhân dân", "Công ty").replace("Cổng thông tin điện tử", "Trang chủ")
                                   .replace("chuyển đổi số", "bán tour mùa hè").replace("Giấy phép số 00/GP-TTĐT", ""),
    "shell": lambda host: "<!doctype html><html><head><title></title><script src=/app.js></script></head><body><div id=app></div></body></html>",
}
