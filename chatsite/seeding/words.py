"""What the made-up people are called, and what they talk about."""

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡"
GIVEN = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀兰",
    "霞", "平", "子涵", "浩然", "雨桐", "一诺", "梓萱", "欣怡",
    "宇轩", "思远", "佳琪", "嘉怡", "俊杰", "晓彤", "雪莹", "志强", "文博",
]  # fmt: skip
FIRST = [
    "Olivia", "Liam", "Emma", "Noah", "Amelia", "Oliver", "Sophia", "Elijah", "Maya", "Lucas", "Isla", "Mateo", "Priya",
    "Leo", "Nora", "Ethan", "Chloe", "Felix", "Hannah", "Omar", "Julia", "Samuel", "Zoe", "Daniel", "Ines", "Marcus",
]  # fmt: skip
LAST = [
    "Smith", "Jones", "Garcia", "Miller", "Davis", "Lopez", "Wilson", "Anderson", "Taylor", "Moore", "Nguyen", "Martin",
    "Lee", "Walker", "Young", "King", "Wright", "Scott", "Hill", "Green", "Baker", "Patel", "Rossi", "Novak", "Silva",
]  # fmt: skip
BIOS = ["爱跑步，爱咖啡", "后端，偶尔写前端", "周末在山上", "Coffee first", "Backend, mostly", "Ask me about maps", ""]

# name, description, language ("zh", "en", or both), kind
ROOMS = [
    ("产品讨论", "需求、排期和吐槽", "zh", "public"),
    ("General", "Everything that has no room of its own", "both", "public"),
    ("后端组", "服务、数据库、上线", "zh", "public"),
    ("Frontend", "Components, styles, browsers", "en", "public"),
    ("午饭吃什么", "每天十一点半准时开会", "zh", "public"),
    ("Release planning", "What goes out when", "en", "private"),
    ("设计评审", "贴图，提意见，对事不对人", "zh", "private"),
    ("Customer support 客服", "Tickets in both languages", "both", "public"),
    ("周末爬山", "路线和拼车", "zh", "public"),
    ("Random", "Pictures of cats go here", "en", "public"),
    ("读书会", "这个月读《置身事内》", "zh", "public"),
    ("Incidents", "Only while something is broken", "both", "private"),
    ("新人问答", "没有蠢问题", "zh", "public"),
    ("Remote coffee", "Fifteen minutes, no agenda", "en", "public"),
    ("羽毛球", "每周三晚上", "zh", "public"),
    ("Data", "Numbers and where they come from", "en", "private"),
]
CROWD = ("全员大厅", "通知和闲聊 · Announcements and small talk", "both", "public")

Exchange = list[tuple[str, str]]


def _exchanges(text: str) -> list[Exchange]:
    return [[(line[0], line[2:]) for line in part.splitlines()] for part in text.strip().split("\n\n")]


# Turns: who speaks, and what. {…} is filled in, the same within one exchange. A text that begins with ">" replies to
# the turn before, "@" calls who spoke there by name. People react to what ends with "!".
ZH = _exchanges("""
a {day}的会改到{time}，大家看行吗
b >可以
c 我{time}有个面试，能晚半小时吗
a @那就往后挪半小时

a 谁有打印机的驱动？
b >在共享盘「工具」文件夹里
a 找到了，谢谢!

a 部署完成，请大家验证!
b 登录正常
c 列表页有点慢，第一次打开要{n}秒
a >在看，应该是缓存还没热

a 中午吃什么
b {food}？
c 昨天刚吃过{food}……
b @那你定
c 楼下新开的面馆，走起!

a 第{n}版的原型放上去了
b 首页的留白比上一版舒服多了!
b 按钮颜色是不是再深一点
a >深一档试过，对比度刚好过线，我再调调

a {thing}又报警了
b 我看看
b 连接数打满了，先扩到 {n}0
a 恢复了，辛苦!
b >根因晚点写到文档里

a {day}去{place}，有人一起吗
b 我！算我一个
c 几点出发？
a {time}在地铁口集合
d >我可能晚十分钟

a 周报已经发到群里了
b 收到

a 这个接口的 next 为空是到底了的意思吗
b >对，null 就是没有下一页
a 明白了

a 欢迎新同事，今天第一天!
b 欢迎欢迎👏
c 欢迎！有问题随时问
d 谢谢大家，请多关照!

a {day}的票我订好了，一共 {n} 个人
b 多少钱，我转你
a >不急，到了再说

a 测试环境能重启一下吗
b 正在跑回归，{n} 分钟后行吗
a 行，不急

a 有没有人懂 MySQL 的间隙锁
b 说说看
a 两个事务都在等对方，日志里看不出是哪条语句
b @SHOW ENGINE INNODB STATUS 里有，贴出来一起看
a 真有，是按不同的顺序更新了同两行
b >统一成按 id 从小到大就好了!

a 下雨了，带伞了吗
b 没有😭
c 前台有公用的
b >救命恩人!

a 哈哈哈哈哈哈
b 笑什么
a 看错群了，没事
""")
EN = _exchanges("""
a Can we move {day}'s meeting to {time}?
b >Works for me
c I have an interview then, half an hour later?
a @sure, moved

a Who has the printer driver?
b >It is in the shared folder, under tools
a Found it, thanks!

a Deployed, please have a look!
b Sign-in is fine
c The first list takes {n} seconds, then it is quick
a >cold cache, I will warm it after the next one

a Lunch?
b {food}
c Again?
b @then you choose
c The noodle place downstairs, in ten minutes!

a Draft {n} of the mock-up is up
b So much calmer than the last one!
b Could the button be a shade darker?
a >tried it, the contrast is just enough now

a {thing} is paging again
b Looking
b Out of connections, raising the limit to {n}0
a Green again, thank you!
b >I will write down why

a {place} on {day}, who is coming?
b Count me in
c When do we leave?
a {time} at the station
d >I may be ten minutes late

a I'll send the report by 5pm
b 👍

a Does an empty next mean that was the last page?
b >Yes, null is the end
a Thanks

a Say hello to our new colleague!
b Welcome 👋
c Welcome, ask us anything
d Thank you all, glad to be here!

a Review, please: it is {n} lines, most of them tests
b On it
b One question about the lock, else fine
a >answered, good catch!
b LGTM

a May I restart staging?
b Give me {n} minutes, a run is about to finish
a No hurry

a `for row in rows: keep(row)`
b That holds the lock for the whole loop
a >right, batches of a thousand then

a Is it just me or is it raining sideways
b Umbrellas at the front desk
a >you saved my day!

a Wrong room, sorry
b We saw nothing 🙈
""")
FILLINGS = {
    "zh": {
        "day": ["周一", "周二", "周三", "周四", "周五", "周六"],
        "time": ["上午十点", "下午两点", "下午三点", "四点半", "九点"],
        "food": ["火锅", "牛肉面", "麻辣烫", "盖浇饭", "寿司", "黄焖鸡"],
        "thing": ["数据库", "网关", "支付回调", "搜索服务", "消息队列"],
        "place": ["香山", "西湖", "莫干山", "植物园", "博物馆"],
    },
    "en": {
        "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
        "time": ["10 am", "2 pm", "3:30 pm", "half past four", "nine"],
        "food": ["Ramen", "Tacos", "Falafel", "Dumplings", "Pizza"],
        "thing": ["The database", "The gateway", "Billing", "Search", "The queue"],
        "place": ["The lake", "The old mill", "Museum night", "Climbing", "The flea market"],
    },
}
EMOJI = ["👍", "👍", "👍", "❤️", "😂", "🎉", "👀", "🙏", "🔥"]
