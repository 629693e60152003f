/* SPDX-License-Identifier: ISC */
/*
 * Two word lists of the catalogue, each written once and used twice: by the
 * look-up in C and in the SQL of the same field. The names of the macros in
 * use are defined by catalogue.c.
 */
#ifndef DL_LEAD_WORDS_H
#define DL_LEAD_WORDS_H

/* clang-format off */

/*
 * Where anybody gets a mailbox: free providers, Japanese carriers and internet
 * providers, throw-away addresses. In the order of bytes, for bisection.
 */
#define FREE_EMAIL_DOMAINS(FIRST, NEXT) \
	FIRST("10minutemail.com") \
	NEXT("126.com") NEXT("139.com") NEXT("163.com") NEXT("189.cn") \
	NEXT("abv.bg") NEXT("alice.it") NEXT("aliyun.com") NEXT("aol.com") \
	NEXT("aol.jp") NEXT("arcor.de") NEXT("asahi-net.or.jp") \
	NEXT("att.net") NEXT("au.com") NEXT("auone-net.jp") NEXT("bbox.fr") \
	NEXT("bellsouth.net") NEXT("biglobe.ne.jp") NEXT("bigpond.com") \
	NEXT("bk.ru") NEXT("bluewin.ch") NEXT("bol.com.br") \
	NEXT("btinternet.com") NEXT("centrum.cz") NEXT("charter.net") \
	NEXT("citromail.hu") NEXT("comcast.net") NEXT("commufa.jp") \
	NEXT("cox.net") NEXT("daum.net") NEXT("dion.ne.jp") \
	NEXT("disney.ne.jp") NEXT("docomo.ne.jp") NEXT("dti.ne.jp") \
	NEXT("duck.com") NEXT("eaccess.net") NEXT("earthlink.net") \
	NEXT("email.com") NEXT("email.it") NEXT("emobile.ne.jp") \
	NEXT("eonet.ne.jp") NEXT("excite.co.jp") NEXT("excite.com") \
	NEXT("ezweb.ne.jp") NEXT("fastmail.com") NEXT("fastmail.fm") \
	NEXT("foxmail.com") NEXT("free.fr") NEXT("freemail.hu") \
	NEXT("freemail.ne.jp") NEXT("freenet.de") NEXT("globo.com") \
	NEXT("gmail.com") NEXT("gmx.at") NEXT("gmx.ch") NEXT("gmx.com") \
	NEXT("gmx.de") NEXT("gmx.net") NEXT("goo.jp") NEXT("goo.ne.jp") \
	NEXT("googlemail.com") NEXT("guerrillamail.com") \
	NEXT("hanmail.net") NEXT("hey.com") NEXT("hi-ho.ne.jp") \
	NEXT("hinet.net") NEXT("hotmail.ca") NEXT("hotmail.co.jp") \
	NEXT("hotmail.co.uk") NEXT("hotmail.com") NEXT("hotmail.com.br") \
	NEXT("hotmail.de") NEXT("hotmail.es") NEXT("hotmail.fr") \
	NEXT("hotmail.it") NEXT("hushmail.com") NEXT("i.softbank.jp") \
	NEXT("icloud.com") NEXT("ig.com.br") NEXT("inbox.com") \
	NEXT("inbox.lv") NEXT("inbox.ru") NEXT("indiatimes.com") \
	NEXT("infoseek.jp") NEXT("interia.pl") NEXT("jcom.home.ne.jp") \
	NEXT("jcom.zaq.ne.jp") NEXT("juno.com") NEXT("kakao.com") \
	NEXT("kcn.jp") NEXT("kcn.ne.jp") NEXT("laposte.net") \
	NEXT("libero.it") NEXT("list.ru") NEXT("live.ca") \
	NEXT("live.co.uk") NEXT("live.com") NEXT("live.com.au") \
	NEXT("live.fr") NEXT("live.jp") NEXT("live.nl") \
	NEXT("livedoor.com") NEXT("lycos.com") NEXT("mac.com") \
	NEXT("mail.bg") NEXT("mail.com") NEXT("mail.ee") \
	NEXT("mail.goo.ne.jp") NEXT("mail.ru") NEXT("mailinator.com") \
	NEXT("mbp.nifty.com") NEXT("me.com") NEXT("memoad.jp") \
	NEXT("mineo.jp") NEXT("mopera.ne.jp") NEXT("mopera.net") \
	NEXT("msn.com") NEXT("nate.com") NEXT("naver.com") \
	NEXT("netvigator.com") NEXT("netzero.net") NEXT("neuf.fr") \
	NEXT("nifty.com") NEXT("nifty.ne.jp") NEXT("niftymail.jp") \
	NEXT("ntlworld.com") NEXT("nttpc.ne.jp") NEXT("o2.pl") \
	NEXT("ocn.ne.jp") NEXT("odn.jp") NEXT("odn.ne.jp") NEXT("onet.pl") \
	NEXT("optusnet.com.au") NEXT("orange.fr") NEXT("outlook.com") \
	NEXT("outlook.com.br") NEXT("outlook.de") NEXT("outlook.es") \
	NEXT("outlook.fr") NEXT("outlook.it") NEXT("outlook.jp") \
	NEXT("pchome.com.tw") NEXT("pdx.ne.jp") NEXT("plala.or.jp") \
	NEXT("pm.me") NEXT("pobox.com") NEXT("post.com") NEXT("proton.me") \
	NEXT("protonmail.ch") NEXT("protonmail.com") NEXT("qq.com") \
	NEXT("rakumail.jp") NEXT("rakuten.jp") NEXT("rambler.ru") \
	NEXT("rediffmail.com") NEXT("rocketmail.com") NEXT("rogers.com") \
	NEXT("sannet.ne.jp") NEXT("sapo.pt") NEXT("sbcglobal.net") \
	NEXT("seed.net.tw") NEXT("seznam.cz") NEXT("sfr.fr") \
	NEXT("sharklasers.com") NEXT("shaw.ca") NEXT("sify.com") \
	NEXT("sina.cn") NEXT("sina.com") NEXT("singnet.com.sg") \
	NEXT("sky.com") NEXT("skynet.be") NEXT("so-net.ne.jp") \
	NEXT("softbank.ne.jp") NEXT("sohu.com") NEXT("sympatico.ca") \
	NEXT("t-online.de") NEXT("talktalk.net") NEXT("tees.jp") \
	NEXT("telefonica.net") NEXT("telenet.be") NEXT("temp-mail.org") \
	NEXT("terra.com.br") NEXT("terra.es") NEXT("tiki.ne.jp") \
	NEXT("tin.it") NEXT("tiscali.it") NEXT("trashmail.com") \
	NEXT("tuta.com") NEXT("tuta.io") NEXT("tutanota.com") \
	NEXT("ukr.net") NEXT("uol.com.br") NEXT("uqmobile.jp") \
	NEXT("usa.com") NEXT("verizon.net") NEXT("virgilio.it") \
	NEXT("virginmedia.com") NEXT("vodafone.ne.jp") NEXT("wakwak.com") \
	NEXT("walla.co.il") NEXT("walla.com") NEXT("wanadoo.fr") \
	NEXT("web.de") NEXT("willcom.com") NEXT("windowslive.com") \
	NEXT("wp.pl") NEXT("xtra.co.nz") NEXT("y-mobile.ne.jp") \
	NEXT("ya.ru") NEXT("yahoo.ca") NEXT("yahoo.co.id") \
	NEXT("yahoo.co.in") NEXT("yahoo.co.jp") NEXT("yahoo.co.kr") \
	NEXT("yahoo.co.th") NEXT("yahoo.co.uk") NEXT("yahoo.com") \
	NEXT("yahoo.com.ar") NEXT("yahoo.com.au") NEXT("yahoo.com.br") \
	NEXT("yahoo.com.hk") NEXT("yahoo.com.mx") NEXT("yahoo.com.ph") \
	NEXT("yahoo.com.sg") NEXT("yahoo.com.tw") NEXT("yahoo.com.vn") \
	NEXT("yahoo.de") NEXT("yahoo.es") NEXT("yahoo.fr") NEXT("yahoo.in") \
	NEXT("yahoo.it") NEXT("yahoo.ne.jp") NEXT("yandex.com") \
	NEXT("yandex.ru") NEXT("yeah.net") NEXT("ymail.com") \
	NEXT("ymail.ne.jp") NEXT("ymobile.ne.jp") NEXT("ymobile1.ne.jp") \
	NEXT("yopmail.com") NEXT("zaq.ne.jp") NEXT("zoho.com") \
	NEXT("zohomail.com")

/*
 * What a title says about seniority, from the top of this list down: the first
 * word found decides, so exceptions (副部長) stand before their rule (部長).
 * A title is folded, its punctuation made spaces, a space put at both ends;
 * thus " ceo " is a word of its own while 部長 is found anywhere.
 */
#define SENIORITY_WORDS(IS)                                                  \
	IS(1, "秘書") IS(1, " secretary ") IS(3, "社長室長") IS(1, "社長室") \
	IS(1, "役員室") IS(1, " product owner ")                             \
	IS(1, " assistant to ") IS(3, "副支社長") IS(4, "支社長")            \
	IS(5, " vice president ") IS(5, " vp ") IS(5, " svp ")               \
	IS(5, " evp ") IS(5, " avp ") IS(6, "役員") IS(6, "取締役")          \
	IS(6, "社長") IS(6, "会長") IS(6, "頭取") IS(6, "理事長")            \
	IS(6, "総裁") IS(6, "代表") IS(6, "監査役") IS(6, "創業者")          \
	IS(6, "オーナー") IS(6, " ceo ") IS(6, " cto ") IS(6, " cfo ")       \
	IS(6, " coo ") IS(6, " cmo ") IS(6, " cio ") IS(6, " cso ")          \
	IS(6, " chro ") IS(6, " cdo ") IS(6, " cxo ") IS(6, " ciso ")        \
	IS(6, " cpo ") IS(6, " cro ") IS(6, " chief ") IS(6, " founder ")    \
	IS(6, " co founder ") IS(6, " cofounder ") IS(6, " president ")      \
	IS(6, " chairman ") IS(6, " chairwoman ") IS(6, " chairperson ")     \
	IS(6, " owner ") IS(6, " managing director ")                        \
	IS(6, " executive director ") IS(6, " board member ")                \
	IS(4, "副本部長") IS(4, "本部長代理") IS(4, "本部長補佐")            \
	IS(5, "本部長") IS(5, " general manager of division ")               \
	IS(3, "副部長") IS(3, "部長代理") IS(3, "部長補佐")                  \
	IS(3, "部次長") IS(3, "副支店長") IS(3, "支店長代理")                \
	IS(3, "副工場長") IS(3, "副所長") IS(3, "副センター長")              \
	IS(4, "部長") IS(4, "局長") IS(4, "支店長") IS(4, "工場長")          \
	IS(4, "所長") IS(4, "センター長") IS(4, "ディレクター")              \
	IS(3, " associate director ") IS(3, " assistant director ")          \
	IS(3, " deputy director ") IS(4, " director ") IS(4, " head of ")    \
	IS(4, " head ") IS(4, " general manager ") IS(4, " gm ")             \
	IS(2, "課長代理") IS(2, "課長補佐") IS(2, "副課長")                  \
	IS(3, "課長") IS(3, "次長") IS(3, "室長") IS(3, "店長")              \
	IS(3, "グループ長") IS(2, "アシスタントマネ") IS(2, "サブマネ")      \
	IS(3, "マネージャ") IS(3, "マネジャ") IS(2, " assistant manager ")   \
	IS(2, " deputy manager ") IS(3, " manager ") IS(3, " mgr ")          \
	IS(2, "主任") IS(2, "係長") IS(2, "主査") IS(2, "リーダー")          \
	IS(2, "チーフ") IS(2, " leader ") IS(2, " lead ")                    \
	IS(2, " supervisor ")

#endif
