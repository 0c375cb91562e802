/** Words to fill pages with: of eight scripts, and the numbers, names and addresses that people have to hide. */

/** @typedef {import('../js/dice.js').Dice} Dice */

/** By script; a font of each is on the machine (DejaVu) or in the development dependencies (Noto). */
export const SCRIPTS = Object.freeze({
  latin: `account address amount answer attach balance before branch button cancel change claim client closed comment
    complete contact contract country damage delivery deposit device document duration email employee error expiry
    family filter folder handle holder hospital import insurance invoice keyboard language letter license machine manager
    medical message mobile monday network notice number office online order owner package parcel partner passport
    patient payment pending person phone picture planned policy postcode premium private problem product question
    receipt record refund region repair report request result review salary search section secret service signed
    status street subject summary support system tariff ticket today total transfer update urgent vehicle version
    warranty window yesterday zone`,
  cyrillic: `адрес банк баланс время выход город группа данные договор документ доставка заказ запрос заявка имя
    клиент книга код комната контакт лицо машина место номер оплата ответ отчёт паспорт письмо платёж полис помощь
    проверка работа район ремонт сегодня служба сообщение срок статус счёт телефон товар улица услуга фамилия число`,
  greek: `αίτηση αριθμός ασφάλεια βοήθεια γραφείο δελτίο διεύθυνση εγγραφή επιλογή εταιρεία ημέρα κωδικός κατάσταση
    λογαριασμός μήνυμα όνομα παραγγελία πελάτης πληρωμή προϊόν σήμερα στοιχεία σύστημα τηλέφωνο υπηρεσία χρόνος`,
  hebrew: 'כתובת חשבון לקוח הזמנה תשלום מספר טלפון שירות הודעה תאריך רחוב עיר מסמך חברה מוצר פנייה סכום היום שם רכב',
  arabic:
    'العنوان الحساب العميل الطلب الدفع رقم الهاتف الخدمة الرسالة التاريخ شارع مدينة وثيقة شركة منتج المبلغ اليوم اسم سيارة تأمين',
  devanagari: 'पता खाता ग्राहक आदेश भुगतान संख्या दूरभाष सेवा संदेश दिनांक सड़क शहर दस्तावेज़ कंपनी उत्पाद राशि आज नाम वाहन बीमा',
  chinese: `地址 账户 客户 订单 付款 号码 电话 服务 消息 日期 街道 城市 文件 公司 产品 金额 今天 姓名 车辆 保险 合同 申请 状态 医院 身份证
    邮件 检查 完成 取消 问题 回答 处理 时间 部门 经理 发票 退款 维修 报告 请求`,
  georgian:
    'მისამართი ანგარიში კლიენტი შეკვეთა გადახდა ნომერი ტელეფონი სერვისი წერილი თარიღი ქუჩა ქალაქი დოკუმენტი თანხა',
});

/** @typedef {keyof typeof SCRIPTS} Script */

export const SCRIPT_NAMES = Object.freeze(/** @type {Script[]} */ (Object.keys(SCRIPTS)));

const LISTS = Object.fromEntries(Object.entries(SCRIPTS).map(([script, words]) => [script, words.split(/\s+/)]));

/** @param {Dice} dice @param {Script} script @param {number} count */
export function words(dice, script, count) {
  const list = Array.from({ length: count }, () => dice.pick(LISTS[script]));
  return list.join(script === 'chinese' ? '' : ' ');
}

/** @param {Dice} dice @param {Script} script */
export function label(dice, script) {
  const text = words(dice, script, dice.between(1, 2));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {Dice} dice @param {Script} script @param {number} least @param {number} most Words. */
export function sentence(dice, script, least, most) {
  const text = words(dice, script, dice.between(least, most));
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${script === 'chinese' ? '。' : '.'}`;
}

/** @param {Dice} dice @param {number} count */
export const digits = (dice, count) => Array.from({ length: count }, () => dice.between(0, 9)).join('');

const FIRST = 'Anna Omar Lucia Peter Mei Ravi Sofia James Elena Yusuf Clara Henry'.split(' ');
const LAST = 'Becker Rossi Novak Haddad Silva Dubois Olsen Kumar Murphy Tanaka Weber Costa'.split(' ');

/** What is private, as it looks everywhere. @type {((dice: Dice) => string)[]} */
const VALUES = [
  (dice) => `${dice.pick(FIRST)} ${dice.pick(LAST)}`,
  (dice) => `${dice.pick(FIRST)}.${dice.pick(LAST)}@example.com`.toLowerCase(),
  (dice) => Array.from({ length: 4 }, () => digits(dice, 4)).join(' '),
  (dice) => `+${dice.between(1, 98)} ${digits(dice, 3)} ${digits(dice, 7)}`,
  (dice) => `${dice.between(1, 28)}.${dice.between(1, 12)}.${dice.between(1940, 2026)}`,
  (dice) => `DE${digits(dice, 2)} ${digits(dice, 4)} ${digits(dice, 4)} ${digits(dice, 4)} ${digits(dice, 2)}`,
  (dice) => `${dice.between(1, 9999)}.${digits(dice, 2)} EUR`,
  (dice) => `${dice.pick(['SN', 'REF', 'ID', 'PO'])}-${digits(dice, 3)}-${digits(dice, 5)}`,
  (dice) => digits(dice, dice.between(1, 6)),
];

/** @param {Dice} dice */
export const value = (dice) => dice.pick(VALUES)(dice);
