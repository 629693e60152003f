/* SPDX-License-Identifier: ISC */
/*
 * sample_words: what the sample's companies and people are called. Each word
 * comes with its romaji where an address or a domain is made of it. All of it
 * is invented; likeness to anyone is chance.
 */
#ifndef DL_SAMPLE_WORDS_H
#define DL_SAMPLE_WORDS_H

struct word {
	const char *text, *romaji;
};

/* A choice and how often it is made, relative to its neighbours. */
struct choice {
	const char *text;
	unsigned weight;
	double effect; /* on the lead's fit, in log-odds */
};

static const struct word families[] = {
    {"佐藤", "sato"},
    {"鈴木", "suzuki"},
    {"高橋", "takahashi"},
    {"田中", "tanaka"},
    {"伊藤", "ito"},
    {"渡辺", "watanabe"},
    {"山本", "yamamoto"},
    {"中村", "nakamura"},
    {"小林", "kobayashi"},
    {"加藤", "kato"},
    {"吉田", "yoshida"},
    {"山田", "yamada"},
    {"佐々木", "sasaki"},
    {"山口", "yamaguchi"},
    {"松本", "matsumoto"},
    {"井上", "inoue"},
    {"木村", "kimura"},
    {"林", "hayashi"},
    {"斎藤", "saito"},
    {"清水", "shimizu"},
    {"山崎", "yamazaki"},
    {"阿部", "abe"},
    {"森", "mori"},
    {"池田", "ikeda"},
    {"橋本", "hashimoto"},
    {"石川", "ishikawa"},
    {"前田", "maeda"},
    {"藤田", "fujita"},
    {"後藤", "goto"},
    {"岡田", "okada"},
    {"長谷川", "hasegawa"},
    {"村上", "murakami"},
    {"近藤", "kondo"},
    {"石井", "ishii"},
    {"髙木", "takagi"},
    {"坂本", "sakamoto"},
    {"遠藤", "endo"},
    {"青木", "aoki"},
    {"藤井", "fujii"},
    {"西村", "nishimura"},
    {"福田", "fukuda"},
    {"太田", "ota"},
    {"三浦", "miura"},
    {"岡本", "okamoto"},
    {"松田", "matsuda"},
    {"中島", "nakajima"},
    {"原田", "harada"},
    {"小野", "ono"},
    {"田村", "tamura"},
    {"竹内", "takeuchi"},
    {"金子", "kaneko"},
    {"和田", "wada"},
    {"中山", "nakayama"},
};

static const struct word givens[] = {
    {"翔太", "shota"},
    {"健一", "kenichi"},
    {"大輔", "daisuke"},
    {"誠", "makoto"},
    {"直樹", "naoki"},
    {"拓也", "takuya"},
    {"浩", "hiroshi"},
    {"剛", "tsuyoshi"},
    {"隆", "takashi"},
    {"修", "osamu"},
    {"哲也", "tetsuya"},
    {"亮", "ryo"},
    {"和也", "kazuya"},
    {"雄一郎", "yuichiro"},
    {"慎吾", "shingo"},
    {"悠人", "yuto"},
    {"蓮", "ren"},
    {"陽子", "yoko"},
    {"恵", "megumi"},
    {"智子", "tomoko"},
    {"美咲", "misaki"},
    {"由美", "yumi"},
    {"直美", "naomi"},
    {"真由美", "mayumi"},
    {"愛", "ai"},
    {"優子", "yuko"},
    {"彩", "aya"},
    {"さくら", "sakura"},
    {"里奈", "rina"},
    {"千尋", "chihiro"},
    {"明美", "akemi"},
    {"久美子", "kumiko"},
    {"葵", "aoi"},
};

static const struct word stems[] = {
    {"大和", "yamato"},
    {"富士", "fuji"},
    {"東洋", "toyo"},
    {"日進", "nisshin"},
    {"三光", "sanko"},
    {"光洋", "koyo"},
    {"旭", "asahi"},
    {"北斗", "hokuto"},
    {"瀬戸", "seto"},
    {"朝日丘", "asahigaoka"},
    {"みらい", "mirai"},
    {"さくら", "sakura"},
    {"ひまわり", "himawari"},
    {"アクア", "aqua"},
    {"ネクスト", "next"},
    {"グローバル", "global"},
    {"サンライズ", "sunrise"},
    {"クロスポイント", "crosspoint"},
    {"ブリッジ", "bridge"},
    {"アルファ", "alpha"},
    {"テラ", "terra"},
    {"ノース", "north"},
    {"山陽", "sanyo"},
    {"丸和", "maruwa"},
    {"栄光", "eiko"},
    {"常盤", "tokiwa"},
    {"千歳", "chitose"},
    {"青葉", "aoba"},
    {"緑川", "midorikawa"},
    {"白鳥", "shiratori"},
    {"飛鳥", "asuka"},
    {"武蔵", "musashi"},
    {"相模", "sagami"},
    {"信濃", "shinano"},
    {"駿河", "suruga"},
    {"出雲", "izumo"},
    {"オリオン", "orion"},
    {"ソレイユ", "soleil"},
    {"リンク", "link"},
    {"コンパス", "compass"},
};

/* What kind of company, by industry: two of each. */
static const struct word kinds[][2] = {
    {{"システムズ", "systems"}, {"情報サービス", "joho"}},
    {{"クラウド", "cloud"}, {"テクノロジーズ", "tech"}},
    {{"製作所", "seisakusho"}, {"精機", "seiki"}},
    {{"建設", "kensetsu"}, {"工務店", "komuten"}},
    {{"商事", "shoji"}, {"物産", "bussan"}},
    {{"ストア", "store"}, {"百貨店", "hyakkaten"}},
    {{"信用金庫", "shinkin"}, {"ファイナンス", "finance"}},
    {{"保険サービス", "hoken"}, {"共済", "kyosai"}},
    {{"不動産", "fudosan"}, {"ハウジング", "housing"}},
    {{"運輸", "unyu"}, {"ロジスティクス", "logistics"}},
    {{"メディカル", "medical"}, {"ケアサービス", "care"}},
    {{"教育社", "kyoiku"}, {"アカデミー", "academy"}},
};

/* Same order as kinds. */
static const struct choice industries[] = {
    {"IT", 15, 0.55},
    {"SaaS", 8, 0.75},
    {"製造業", 20, 0.15},
    {"建設業", 8, -0.25},
    {"卸売業", 8, -0.1},
    {"小売業", 9, -0.2},
    {"金融業", 6, 0.2},
    {"保険業", 3, 0.1},
    {"不動産業", 6, -0.15},
    {"運輸業", 6, -0.2},
    {"医療・福祉", 7, -0.1},
    {"教育", 4, -0.3},
};

static const struct choice regions[] = {
    {"東京都", 330, 0},
    {"大阪府", 120, 0},
    {"愛知県", 80, 0},
    {"神奈川県", 75, 0},
    {"福岡県", 50, 0},
    {"北海道", 40, 0},
    {"埼玉県", 40, 0},
    {"兵庫県", 38, 0},
    {"千葉県", 36, 0},
    {"京都府", 28, 0},
    {"広島県", 26, 0},
    {"静岡県", 24, 0},
    {"宮城県", 22, 0},
    {"茨城県", 14, 0},
    {"新潟県", 14, 0},
    {"長野県", 13, 0},
    {"岡山県", 12, 0},
    {"群馬県", 11, 0},
    {"栃木県", 11, 0},
    {"石川県", 10, 0},
    {"熊本県", 9, 0},
    {"沖縄県", 8, 0},
    {"鹿児島県", 7, 0},
    {"富山県", 7, 0},
    {"岐阜県", 7, 0},
    {"三重県", 7, 0},
    {"滋賀県", 6, 0},
    {"愛媛県", 6, 0},
    {"山口県", 5, 0},
    {"長崎県", 5, 0},
};

static const struct choice titles[] = {
    {NULL, 14, -0.25},
    {"担当", 10, -0.3},
    {"主任", 10, -0.15},
    {"係長", 8, -0.05},
    {"課長", 17, 0.15},
    {"次長", 4, 0.2},
    {"副部長", 2, 0.25},
    {"部長代理", 2, 0.25},
    {"部長", 12, 0.6},
    {"マーケティング部長", 3, 0.7},
    {"本部長", 3, 0.65},
    {"執行役員", 3, 0.6},
    {"取締役", 3, 0.55},
    {"代表取締役", 4, 0.5},
    {"代表取締役社長", 2, 0.5},
    {"Manager", 2, 0.15},
    {"CTO", 1, 0.6},
    {"Director", 1, 0.6},
};

static const struct choice departments[] = {
    {"営業部", 22, 0},
    {"マーケティング部", 18, 0.2},
    {"情報システム部", 16, 0.1},
    {"経営企画部", 12, 0.15},
    {"総務部", 10, -0.1},
    {"人事部", 8, -0.1},
    {"開発部", 8, 0},
    {"生産管理部", 4, 0},
    {"購買部", 4, 0},
    {NULL, 12, -0.1},
};

static const struct choice sources[] = {
    {"ウェブ", 34, 0},
    {"広告", 20, -0.3},
    {"展示会", 14, -0.1},
    {"ウェビナー", 13, 0.2},
    {"資料請求", 9, 0.3},
    {"紹介", 6, 0.7},
    {"パートナー", 4, 0.4},
};

static const struct choice budgets[] = {
    {NULL, 38, -0.1},
    {"なし", 20, -0.7},
    {"検討中", 24, 0.15},
    {"あり", 18, 0.95},
};

static const struct choice timings[] = {
    {NULL, 35, 0},
    {"未定", 25, -0.35},
    {"1年以内", 18, 0},
    {"半年以内", 13, 0.25},
    {"3ヶ月以内", 9, 0.6},
};

static const struct choice tags[] = {
    {NULL, 70, 0},
    {"要フォロー", 8, 0},
    {"既存取引先", 5, 0},
    {"2025秋展示会", 8, 0},
    {"ホワイトペーパー", 9, 0},
};

static const char *const free_mail[] = {"gmail.com", "yahoo.co.jp",
    "outlook.jp", "hotmail.com", "icloud.com", "docomo.ne.jp"};
static const char *const universities[] = {
    "東都大学", "西海大学", "北陵工業大学", "中央学院大学"};
static const char *const university_domains[] = {"toto-u.ac.jp",
    "saikai-u.ac.jp", "hokuryo-tech.ac.jp", "chuogakuin-u.ac.jp"};
static const char *const owners[] = {"tamaki@diagno.example",
    "onodera@diagno.example", "kuroda@diagno.example", "hirano@diagno.example"};
static const char *const campaigns[] = {
    "製品紹介", "導入事例", "ウェビナー案内", "診断結果フォロー"};
static const char *const pages[] = {
    "/", "/pricing", "/cases", "/features", "/blog/lead-scoring", "/company"};
static const char *const documents[] = {
    "製品カタログ", "導入事例集", "料金表", "比較ガイド"};
static const char *const assessments[] = {
    "マーケティング成熟度診断", "DX診断", "営業力診断"};
static const char *const categories[] = {"初級", "中級", "上級"};

#endif
