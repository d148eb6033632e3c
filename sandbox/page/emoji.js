// Emoji names that people and bots type, as characters.

const TABLE = `
grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 sweat_smile 😅 joy 😂 rolling_on_the_floor_laughing 🤣 slightly_smiling_face 🙂 upside_down_face 🙃
wink 😉 blush 😊 innocent 😇 heart_eyes 😍 thinking_face 🤔 neutral_face 😐 expressionless 😑 unamused 😒 face_with_rolling_eyes 🙄 grimacing 😬
relieved 😌 pensive 😔 sleeping 😴 dizzy_face 😵 exploding_head 🤯 sunglasses 😎 nerd_face 🤓 confused 😕 worried 😟 open_mouth 😮 flushed 😳
disappointed 😞 sob 😭 cry 😢 scream 😱 sweat 😓 weary 😩 triumph 😤 rage 😡 skull 💀 ghost 👻 robot_face 🤖 wave 👋 raised_hand ✋ ok_hand 👌 +1 👍
-1 👎 clap 👏 raised_hands 🙌 pray 🙏 muscle 💪 point_right 👉 point_left 👈 point_up ☝️ point_down 👇 handshake 🤝 eyes 👀 brain 🧠 heart ❤️
broken_heart 💔 green_heart 💚 blue_heart 💙 100 💯 boom 💥 zzz 💤 speech_balloon 💬 thought_balloon 💭 tada 🎉 confetti_ball 🎊 trophy 🏆 medal 🏅 star ⭐ sparkles ✨
zap ⚡ fire 🔥 snowflake ❄️ sunny ☀️ cloud ☁️ umbrella ☔ ocean 🌊 rocket 🚀 ship 🚢 anchor ⚓ helmet_with_white_cross ⛑️ ambulance 🚑 fire_engine 🚒
fire_extinguisher 🧯 rotating_light 🚨 vertical_traffic_light 🚦 construction 🚧 stopwatch ⏱️ alarm_clock ⏰ hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚
calendar 📅 date 📆 spiral_calendar_pad 🗓️ pushpin 📌 round_pushpin 📍 paperclip 📎 link 🔗 scissors ✂️ lock 🔒 unlock 🔓 key 🔑 hammer 🔨 wrench 🔧 gear ⚙️
hammer_and_wrench 🛠️ nut_and_bolt 🔩 toolbox 🧰 mag 🔍 mag_right 🔎 bulb 💡 bell 🔔 no_bell 🔕 loudspeaker 📢 mega 📣 telephone_receiver 📞 phone ☎️ iphone 📱 pager 📟
computer 💻 desktop_computer 🖥️ keyboard ⌨️ floppy_disk 💾 package 📦 books 📚 book 📖 notebook 📓 memo 📝 pencil2 ✏️ clipboard 📋 file_folder 📁
page_facing_up 📄 page_with_curl 📃 newspaper 📰 label 🏷️ chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 email ✉️ envelope ✉️ inbox_tray 📥 outbox_tray 📤
moneybag 💰 credit_card 💳 white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ heavy_multiplication_x ✖️ heavy_plus_sign ➕ heavy_minus_sign ➖
exclamation ❗ bangbang ‼️ question ❓ warning ⚠️ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 stop_sign 🛑 sos 🆘 information_source ℹ️ recycle ♻️ repeat 🔁
arrows_counterclockwise 🔄 arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_upper_right ↗️ arrow_forward ▶️ double_vertical_bar ⏸️ black_square_for_stop ⏹️ fast_forward ⏩
red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣 white_circle ⚪ black_circle ⚫
large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩 large_blue_square 🟦 white_large_square ⬜ black_large_square ⬛
small_red_triangle 🔺 small_red_triangle_down 🔻 large_orange_diamond 🔶 large_blue_diamond 🔷 triangular_flag_on_post 🚩 checkered_flag 🏁 white_flag 🏳️ dart 🎯
shield 🛡️ dna 🧬 test_tube 🧪 microscope 🔬 stethoscope 🩺 syringe 💉 pill 💊 adhesive_bandage 🩹 hospital 🏥 coffee ☕ pizza 🍕 beer 🍺 cake 🍰 seedling 🌱 herb 🌿
bug 🐛 ant 🐜 bee 🐝 snail 🐌 turtle 🐢 whale 🐳 elephant 🐘 penguin 🐧 see_no_evil 🙈 detective 🕵️ firefighter 🧑‍🚒 technologist 🧑‍💻 busts_in_silhouette 👥 bust_in_silhouette 👤
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ zero 0️⃣ new 🆕 up 🆙 ok 🆗 end 🔚 soon 🔜`;

const ALIASES = { thumbsup: "+1", thumbsdown: "-1", thinking: "thinking_face", simple_smile: "slightly_smiling_face", robot: "robot_face", heavy_exclamation_mark: "exclamation",
  orange_circle: "large_orange_circle", yellow_circle: "large_yellow_circle", green_circle: "large_green_circle", blue_circle: "large_blue_circle", purple_circle: "large_purple_circle",
  red_square: "large_red_square", green_square: "large_green_square", rolling_eyes: "face_with_rolling_eyes", hourglass_not_done: "hourglass_flowing_sand", satellite: "mega", hugging_face: "blush" };

const words = TABLE.trim().split(/\s+/);
export const EMOJI = new Map();
for (let at = 0; at < words.length; at += 2) EMOJI.set(words[at], words[at + 1]);

/** The character for an emoji name (skin tone dropped), or null for a name the page has no drawing of. */
export function emoji(name) {
  const plain = name.split("::")[0];
  return EMOJI.get(ALIASES[plain] ?? plain) ?? null;
}
