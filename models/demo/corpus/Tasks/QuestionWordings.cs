namespace Temoto.Demo.Corpus.Tasks;

/// <summary>How people ask. {0} is a machine, {1} a quantity, {2} a state, {3} a number, {4} the sort of machine, {5} a time.</summary>
internal static class QuestionWordings
{
    public static Wordings Of(string form, Language language) => (language == Language.En ? English : Japanese)[form];

    private static readonly Dictionary<string, Wordings> English = new()
    {
        ["highest"] = new(
            [
                "[Which|What] [{4}|one|machine] [has|shows|reads|reported] the [highest|greatest|largest|most|biggest|maximum] {1}?", "[Where|On which {4}] is the {1} [highest|greatest|at its maximum|the most]?",
                "[What is|What's|Find|Show|Tell me|Give me|Report|Name] the [highest|maximum|max|peak|top|largest] {1}[.|?]", "[Highest|Max|Maximum|Peak|Top] {1}[?||, and which {4}?]",
                "[Who|Which {4}] [runs at|leads in|is top in] {1}?", "[How high does the {1} get|What does the {1} peak at]?",
                "[Which {4} tops the {1} list|Which {4} goes up most in {1}]?", "[Point out|Pick] the {4} with the [highest|maximum] {1}.",
            ],
            ["[Say|Show me] which {4} has the [top|peak|largest] {1}.", "[Who has|Who shows] the [highest|most] {1}?"]),
        ["lowest"] = new(
            [
                "[Which|What] [{4}|one|machine] [has|shows|reads|reported] the [lowest|smallest|least|minimum] {1}?", "[Where|On which {4}] is the {1} [lowest|smallest|at its minimum|the least]?",
                "[What is|What's|Find|Show|Tell me|Give me|Report|Name] the [lowest|minimum|min|smallest] {1}[.|?]", "[Lowest|Min|Minimum|Smallest|Bottom] {1}[?||, and which {4}?]",
                "[Who|Which {4}] [is last in|is lowest in|has least] {1}?", "[How low does the {1} get|What does the {1} go down to]?",
                "[Which {4} is at the bottom in {1}|Which {4} goes down most in {1}]?", "[Point out|Pick] the {4} with the [lowest|minimum] {1}.",
            ],
            ["[Say|Show me] which {4} has the [bottom|smallest] {1}.", "[Who has|Who shows] the [lowest|least] {1}?"]),
        ["hottest"] = new(["[Which|What] [{4}|one|machine] is [the |][hottest|warmest]?", "[Who|Which one] runs [hottest|warmest]?", "[Find|Show|Name] the hottest [{4}|one].", "[Which one is burning up|Which is the hottest of them]?"], ["Give me the [hottest|warmest] {4}.", "Where is it [hottest|warmest]?"]),
        ["coolest"] = new(["[Which|What] [{4}|one|machine] is [the |][coolest|coldest]?", "[Who|Which one] runs [coolest|coldest]?", "[Find|Show|Name] the coolest [{4}|one].", "[Which one stays coldest|Which is the coolest of them]?"], ["Give me the [coolest|coldest] {4}.", "Where is it [coolest|coldest]?"]),
        ["value"] = new(
            [
                "[What is|What's|Tell me|Give me|Show|Report] the {1} [of|at|on|for] {0}[?|.|]", "[{1} of|{1} at|{1} for] {0}?", "What {1} does {0} [have|read|show|report]?", "[How high is|How much is|What about] the {1} of {0}?", "{0} {1}?", "[Read|Look up] the {1} of {0}.", "What is {0}'s {1}?",
                "[I need|Fetch me] the {1} reading of {0}.", "[At what {1} is {0} running|What does {0} say for {1}]?",
            ],
            ["[How much {1} does|Which {1} does] {0} have?", "[Show me|Find] {0} {1}."]),
        ["value-at"] = new(["[What was|What is|Give me] the {1} at {5}?", "[{1} at {5}|How high was the {1} at {5}]?", "[Which {1} did we have at {5}]?"], ["[Show|Tell me] the {1} of {5}.", "[Read|Look up] the {1} at {5}."]),
        ["latest"] = new(["[What is|What's] the [latest|last|current|newest|most recent] {1}?", "[{1} now|Current {1}|Latest {1}]?", "[How is|What about] the {1} [now|at the end]?", "[Where does the {1} stand now]?"], ["[Show|Give me] the [latest|current] {1}.", "[Tell me|Report] the {1} [right now|now]."]),
        ["when-highest"] = new(["When [was|is] the {1} [highest|at its maximum|at its peak]?", "[At what time|When] did the {1} peak?", "[Time|When] of the [highest|maximum] {1}?", "[When did we see the top {1}]?"], ["[Show|Give me] the time of the [highest|top] {1}.", "When did we have the [highest|maximum] {1}?"]),
        ["when-lowest"] = new(["When [was|is] the {1} [lowest|at its minimum]?", "[At what time|When] was the [lowest|minimum] {1}?", "Time of the [lowest|minimum] {1}?", "[When did we see the bottom {1}]?"], ["[Show|Give me] the time of the [lowest|bottom] {1}.", "When did we have the [lowest|minimum] {1}?"]),
        ["state"] = new(["[What is|What's] {0} doing?", "[What state is|In what state is|How is] {0}[ in| doing|]?", "[What is|Give me|Tell me|Show] the [state|status] of {0}[?|.]", "[State|Status] of {0}?", "{0} [status|state]?", "What happens at {0}?", "[What is {0} up to|How do things stand at {0}]?"], ["[Show me|Report] the [state|status] of {0}.", "[What is|Tell me] the [state|status] at {0}[?|.]"]),
        ["is-state"] = new(["Is {0} {2}?", "[Is|Check if|Tell me whether] {0} [is |]{2}[ or not| now|]?", "{0} {2}?", "Do we have {0} {2}?", "[Can you confirm that {0} is {2}]?"], ["[Tell me if|Check whether] {0} is {2}.", "Is it true that {0} is {2}?"]),
        ["which-state"] = new(["[Which|What] [{4}s|machines|ones] are {2}?", "[Which|What] [{4}|machine|one] is {2}?", "[Who|Which one] is {2}?", "[List|Name|Find|Show|Give me] [all |the |][{4}s|machines] that are {2}.", "[Is any|Is there any|Are any] [machine|{4}] {2}?", "What is {2}?", "[Pick out what is {2}|Which of them would you call {2}]?"], ["[Show me|Tell me] [which machine|which one|what] is {2}.", "[Who of them|Which of them] is {2}?"]),
        ["count-state"] = new(["How many [machines|{4}s||of them] are {2}?", "[Count|Count up] the [machines|{4}s] that are {2}.", "[Number|Count] of [machines|{4}s] {2}?", "How many {2}?", "[What number of machines is {2}|Of these, how many are {2}]?"], ["[Tell me|Say] how many [machines |]are {2}.", "[What is|Give me] the number of machines {2}[?|.]"]),
        ["count"] = new(["How many [machines|{4}s|entries|lines] are [there|in the log|listed]?", "[Count|Number of] [machines|entries|lines][.|?]", "[How long is the log|How many in total]?", "[What is the number of entries]?"], ["[Tell me|Say] how many [machines|lines] there are.", "Count up the [lines|log]."]),
        ["above"] = new(["[Which|What] [machines|{4}s|ones] [are|is|have a {1}|has a {1}] [above|over|higher than|more than|exceeding] {3}?", "[Which|What] [{4}|one|machine] [exceeds|is over|is above] {3}?", "[List|Find|Show] [everything|all|the machines] [above|over] {3}.", "[Is any|Any] {1} [above|over] {3}?", "Anything [above|over] {3}?", "[Who goes beyond|Which ones pass] {3}?"], ["[Show me|Tell me] [who|what|which {4}] is [above|over] {3}.", "[Who|What] [exceeds|is more than] {3}?"]),
        ["below"] = new(["[Which|What] [machines|{4}s|ones] [are|is|have a {1}|has a {1}] [below|under|lower than|less than] {3}?", "[Which|What] [{4}|one|machine] [is under|is below|falls below] {3}?", "[List|Find|Show] [everything|all|the machines] [below|under] {3}.", "[Is any|Any] {1} [below|under] {3}?", "Anything [below|under] {3}?", "[Who stays short of|Which ones miss] {3}?"], ["[Show me|Tell me] [who|what|which {4}] is [below|under] {3}.", "[Who|What] [is less than|falls below] {3}?"]),
        ["is-above"] = new(["Is [the {1} of {0}|{0}] [above|over|higher than|more than] {3}?", "Does {0} exceed {3}?", "Is {0} [hotter than|over the limit of|beyond] {3}?", "[Has {0} gone past {3}]?"], ["[Tell me if|Check whether] {0} is [above|over] {3}.", "Has {0} more than {3}?"]),
        ["over-limit"] = new(["Is [the {1} of {0}|{0}] [above|over|beyond|outside] [its|the] [limit|maximum|max|spec]?", "[Does|Did] {0} exceed [its|the] limit?", "Is the {1} of {0} [within limits|in range|too high|ok|in spec]?", "[Has {0} broken its limit]?"], ["[Tell me if|Check whether] {0} [is over|exceeds] its limit.", "Is {0} over [its|the] [maximum|limit] now?"]),
        ["abnormal"] = new(
            [
                "[Which|What] [machine|{4}|one] [has a problem|is abnormal|needs attention|is in trouble|is not ok|should I check|has an issue]?", "[Is anything|Anything|Is something] [wrong|abnormal|unusual|out of range|off]?", "[Any|Are there any|Do you see any] [problems|issues|abnormal readings|alarms|anomalies]?",
                "[What is|What's] wrong[ here|]?", "[Where is|Where do I find] the problem?", "[Find|Show|List] [the abnormal ones|all problems|what is abnormal|the anomalies].", "[Is everything|Everything] [ok|fine|normal]?",
                "[What would you look at first|Does anything stand out]?",
            ],
            ["[Tell me|Show me] [what is wrong|the problems|which machine has a problem].", "[Should I check|Do I need to check] anything?"]),
        ["time"] = new(["[When|At what time] [did {0} report|was {0} logged|is {0} logged|was {0} seen]?", "[Time|Timestamp] of {0}?", "[When|What time] was {0}?", "[What time stamp has {0}]?"], ["[Tell me|Show me] the time of {0}.", "[What is|Give me] the [time stamp|timestamp] of {0}[?|.]"]),
        ["first"] = new(["[Which {4}|What|Who] [is|was|reported|was logged|comes] first?", "[What is|Show|Name] the first [entry|{4}|line|one][.|?]", "[First|Oldest|Earliest] [entry|{4}]?", "[What does the log start with]?"], ["[Tell me|Give me] the [first|oldest] [line|entry|one].", "[What|Which {4}] starts the log?"]),
        ["last"] = new(["[Which {4}|What|Who] [is|was|reported|was logged|comes] last?", "[What is|Show|Name] the [last|latest|newest] [entry|{4}|line|one][.|?]", "[Last|Newest|Latest] [entry|{4}]?", "[What does the log end with]?"], ["[Tell me|Give me] the [last|newest] [line|entry|one].", "[What|Which {4}] ends the log?"]),
        ["about"] = new(["[Tell me about|What about|What do you know about|Summarize|Report on|How is] {0}[.|?|]", "[What does|What did] {0} [say|report]?", "{0}?", "[Give me everything on {0}]."], ["[Tell me everything|Give me everything|Report] about {0}.", "Summarize {0} for me."]),
        ["event-at"] = new(["What happened at {5}?", "[What was|What is logged|What occurred] at {5}?", "{5}?", "[What do we have for {5}]?"], ["[Tell me|Show me] what happened at {5}.", "What do you know about {5}?"]),
        ["event-of"] = new(["What happened [to|at|with|on] {0}?", "[What did|What does] {0} [report|do|log]?", "[Events|Log|History] of {0}[?|.]", "[Tell me|Show] what happened to {0}.", "[Anything on {0}]?"], ["[Show me|Give me] the [events|history] of {0}.", "Anything at {0}?"]),
        ["event-when"] = new(["[When|At what time] did {0} {2}?", "[When|What time] was it that {0} {2}?", "[Time when|Since when did] {0} {2}?", "[At which hour did {0} {2}]?"], ["[And when|So when] did {0} {2}?", "[What time|Which time] did {0} {2}?"]),
        ["event-did"] = new(["Did {0} {2}?", "[Is it true that|Do we know if] {0} did {2}?", "[Can you see {0} {2}]?"], ["[Tell me if|Can you see if] {0} did {2}.", "[And did|So did] {0} {2}?"]),
        ["event-why"] = new(["[Why|For what reason|How come] did {0} {2}?", "What made {0} {2}?", "What caused {0} to {2}?", "[Reason|Cause] why {0} did {2}?", "[What is|What was|Tell me] the reason that {0} did {2}[?|.]", "What is wrong with {0}?", "What is the problem with {0}?"], ["[And why|So why] did {0} {2}?"]),
        ["event-who"] = new(["[Which machine|Who|What] {2}?", "[Which one|Which machine] was it that {2}?", "[Name the one that {2}]."], ["[Tell me|Show me] [who|which machine] {2}.", "[And who|So which one] {2}?"]),
        ["alarms"] = new(["[How many|Count the|Number of] alarms[ are there| in the log|]?", "[Which|What] alarms [are there|were there|came|do we have]?", "[Were there|Are there|Any|Do you see] [alarms|any alarms|an alarm]?", "[Which machine|Who|Which one] [had|raised|has|reports] an alarm?", "[List|Show|Name] [the|all] alarms.", "[Did anything go off]?"], ["[Tell me|Show me] [the alarms|how many alarms there are].", "Do any machines have alarms?"]),
    };

    private static readonly Dictionary<string, Wordings> Japanese = new()
    {
        ["which-state-verb"] = new(
            ["{2}[機械|設備|{4}|の|もの]は[どれ|どれですか|ありますか|ある|何ですか]?", "{2}[設備|機械|{4}|もの]を[教えて|挙げて|探して][ください|][。|]", "[どれが|どの設備が|何が|どの{4}が]{2}[んですか|の|]?", "{2}のは[どれ|どこ|どの機械|どの設備][ですか|]?", "{2}[{4}|設備]は?", "いま{2}のは?"], ["{2}[{4}|機械|もの]を[知りたい|見せて]。"]),
        ["count-state-verb"] = new(["{2}[機械|設備|{4}|の]は[何台|いくつ][ですか|ありますか|]?", "[何台|いくつ]{2}[んですか|]?", "{2}台数[は?|を教えて|を数えて]", "{2}[設備|機械]の数は?"], ["{2}のは[全部で|合わせて]何台?"]),
        ["is-state-verb"] = new(["{0}は{2}?", "{0}は{2}[の|んですか|か教えて]?", "{0}、{2}?", "いま{0}は{2}?"], ["{0}が{2}か[確認して|見て]。"]),
        ["highest"] = new(
            [
                "{1}が[最も|一番|いちばん][高い|大きい|多い][のは|{4}は|機械は|設備は][どれ|どれですか|どれでしょうか|どの機械|どの機械ですか|どの機械でしょうか|]?", "[最高|最大|ピーク]の{1}[は?|はいくつ?|を教えて|を教えてください。]", "{1}の[最大値|最高値|最大|ピーク]は[いくつ|いくつですか|どれ|どれですか|]?", "{1}が[最大|最高|トップ][の{4}|の機械|の設備|なの]は[どれですか|]?",
                "どの[{4}|機械|設備]の{1}が[最も|一番]高い[ですか|]?",
                "{1}の[一位|頂点]は[どこ|どれ]?", "{1}が[上がりきっている|突出している]のは?",
            ],
            ["{1}が[一番|最も][高い|大きい]{4}を[教えて|見せて][ください|][。|]", "[一番|最も]{1}が[高い|大きい]のは[どれ|どこ|どれですか]?"]),
        ["lowest"] = new(
            [
                "{1}が[最も|一番|いちばん][低い|小さい|少ない][のは|{4}は|機械は|設備は][どれ|どれですか|どれでしょうか|どの機械|どの機械ですか|どの機械でしょうか|]?", "[最低|最小]の{1}[は?|はいくつ?|を教えて|を教えてください。]", "{1}の[最小値|最低値|最小]は[いくつ|いくつですか|どれ|どれですか|]?", "{1}が[最小|最低][の{4}|の機械|の設備|なの]は[どれですか|]?",
                "どの[{4}|機械|設備]の{1}が[最も|一番]低い[ですか|]?",
                "{1}の[最下位|底]は[どこ|どれ]?", "{1}が[下がりきっている|落ち込んでいる]のは?",
            ],
            ["{1}が[一番|最も][低い|小さい]{4}を[教えて|見せて][ください|][。|]", "[一番|最も]{1}が[低い|小さい]のは[どれ|どこ|どれですか]?"]),
        ["hottest"] = new(["[最も|一番]熱い[{4}|機械|設備|の]は[どれ|どれですか|]?", "どれが[最も|一番]熱い[ですか|]?", "一番熱を持っているのは?"], ["[一番|最も]熱い[{4}|機械|設備]を教えて[ください|][。|]"]),
        ["coolest"] = new(["[最も|一番]冷たい[{4}|機械|設備|の]は[どれ|どれですか|]?", "どれが[最も|一番]冷たい[ですか|]?", "一番冷えているのは?"], ["[一番|最も]冷たい[{4}|機械|設備]を教えて[ください|][。|]"]),
        ["value"] = new(["{0}の{1}は[いくつ|どれくらい|何度|]?", "{0}の{1}[を教えて|を教えてください|はいくつですか|を見せて|を読んで][。|]", "{0}は{1}[いくつ|がどれくらい][ですか|]?", "{1}は?{0}です。", "{0} {1}?", "{0}の{1}の[数字|読み]は?", "{0}で{1}はいまいくら?"], ["{0}の{1}は[いま|現在][いくつ|どれくらい][ですか|]?", "{0}の{1}を[見たい|読みたい]です。"]),
        ["value-at"] = new(["{5}の{1}は[いくつ|いくつですか|]?", "{5}の時点の{1}[を教えて|は][ください|]?", "{5}頃の{1}は?"], ["{5}の{1}を[教えて|見せて][ください|][。|]"]),
        ["latest"] = new(["[最新|直近|現在|最後|いま]の{1}は[いくつ|いくつですか|]?", "{1}は[いま|現在][いくつ|いくつですか|どれくらい|どれくらいですか]?", "{1}は今どこまで来た?"], ["[最新|現在|最後]の{1}を[教えて|見せて][ください|][。|]"]),
        ["when-highest"] = new(["{1}が[最も|一番]高かったのは[いつ|いつですか|何時|何時ですか]?", "{1}の[ピーク|最大|最高]は[いつ|いつですか|何時|何時ですか]?", "{1}の山は何時?"], ["{1}が[最大|最高]だったのは[いつ|何時][ですか|]?"]),
        ["when-lowest"] = new(["{1}が[最も|一番]低かったのは[いつ|いつですか|何時|何時ですか]?", "{1}の[最小|最低]は[いつ|いつですか|何時|何時ですか]?", "{1}の谷は何時?"], ["{1}が[最小|最低]だったのは[いつ|何時][ですか|]?"]),
        ["state"] = new(["{0}の[状態|状況|ステータス]は[何ですか|どうですか|]?", "{0}は[何をしていますか|どうなっていますか|どんな状態ですか|どう]?", "{0}の[状態|状況][を教えて|を教えてください][。|]", "{0}の[様子|具合]は?"], ["{0}は[いま|現在][どう|どうなっていますか|何をしていますか]?", "{0}の[状態|状況]は[いま|現在]どうですか?"]),
        ["is-state"] = new(["{0}は{2}ですか?", "{0}は{2}?", "{0}は[いま|現在]{2}[ですか|でしょうか]?", "{0}は{2}で合っていますか?"], ["[いま|現在]{0}は{2}[ですか|]?", "{0}が{2}か[教えて|確認して][ください|][。|]"]),
        ["which-state"] = new(["{2}の[機械|設備|{4}|もの]は[どれ|どれですか|]?", "{2}なのは[どれ|どれですか|どの機械|どの機械ですか]?", "どの[{4}|機械|設備]が{2}ですか?", "{2}の[{4}|機械|設備]を[教えて|挙げて|列挙して][ください|][。|]", "{2}の[機械|設備]は[ありますか|ある]?", "{2}に当たるのは?"], ["[どれ|どの機械|どの設備]が{2}?", "いま{2}なのは[どれ|どの{4}][ですか|]?"]),
        ["count-state"] = new(["{2}[の機械|の設備|の{4}|なの|]は[何台|いくつ][ですか|]?", "{2}の[台数|数]は?", "何台が{2}ですか?", "{2}の[台数|数]を[数えて|教えて][ください|][。|]", "{2}は合わせて何台?"], ["{2}の[機械|設備|{4}]は何台[ありますか|ある]?", "{2}は[全部で|合計]何台[ですか|]?"]),
        ["count"] = new(["[全部で|合計|機械は|設備は]何台[ですか|ありますか|]?", "[台数|行数|件数]は?", "何[行|件][ありますか|ですか]?", "[のべ何台]?"], ["[機械|設備]は[いくつ|全部で何台][ありますか|ある]?", "[行|記録]の数は?"]),
        ["above"] = new(["{3}[を超えている|より高い|を超える|以上|オーバー][の|機械|設備|{4}]は[どれ|どれですか|]?", "{1}が{3}を超え[ている|た|る][の|機械|設備]は[どれ|どれですか|]?", "{3}を超え[たもの|ている機械]は[ありますか|ある]?", "{3}を突破しているのは?"], ["{3}より[高い|大きい][の|機械|設備]は[ありますか|どこですか]?", "{1}が{3}[以上|オーバー]なのは[どれ|どれですか]?"]),
        ["below"] = new(["{3}[を下回る|より低い|未満|以下][の|機械|設備|{4}]は[どれ|どれですか|]?", "{1}が{3}を下回[っている|る][の|機械|設備]は[どれ|どれですか|]?", "{3}を下回[るもの|っている機械]は[ありますか|ある]?", "{3}に届かないのは?"], ["{3}より[低い|小さい][の|機械|設備]は[ありますか|どこですか]?", "{1}が{3}[以下|未満]なのは[どれ|どれですか]?"]),
        ["is-above"] = new(["{0}は{3}を超えて[いますか|いる]?", "{0}の{1}は{3}[を超えて|より高くなって]いますか?", "{0}の{1}は{3}[以上|超え][ですか|]?", "{0}は{3}を突破しましたか?"], ["{0}は{3}[以上|オーバー][ですか|]?", "{0}の{1}が{3}を超えているか[教えて|確認して][ください|]。"]),
        ["over-limit"] = new(["{0}[の{1}|]は[上限|基準|限度|規格]を超えて[いますか|いる]?", "{0}の{1}は[基準内|規格内|範囲内|高すぎ]ですか?", "{0}は[上限|基準]オーバー[ですか|]?", "{0}は線を越えた?"], ["{0}の{1}は[上限|基準]オーバー[ですか|]?", "{0}[の{1}|]が[上限|基準]を超えているか[教えて|確認して][ください|]。"]),
        ["abnormal"] = new(
            [
                "[異常|問題|おかしいところ|トラブル|不具合][は|が][ありますか|ある|出ていますか]?", "[異常|問題]の[ある|出ている|][機械|設備|もの]は[どれ|どれですか|]?", "[どれが|どの機械が|どこが][異常|おかしい|問題][ですか|]?", "[注意|確認|点検]が必要な[機械|設備|の]は[どれ|どれですか|]?", "[すべて|全部][正常|問題ない][ですか|]?", "異常を[教えて|挙げて][ください|][。|]",
                "[気になるところ|目立つ点]は?",
            ],
            ["[おかしい|問題のある|異常の出ている][機械|設備]を[教えて|挙げて][ください|][。|]", "何か[問題|異常|トラブル][はありますか|がありますか|ある]?"]),
        ["time"] = new(["{0}[の時刻|の記録時刻|の記録]は[いつ|いつですか|何時|何時ですか|]?", "{0}は[いつ|何時に]記録されましたか?", "{0}の時間を教えて[ください|][。|]", "{0}の刻限は?"], ["{0}の[記録時刻|時刻]を[見せて|教えてください][。|]", "{0}が記録されたのは[いつ|何時][ですか|]?"]),
        ["first"] = new(["[最初|一番目|一番最初][の記録|の行|の{4}|]は[どれ|どれですか|何|何ですか|]?", "最初に[記録された|報告した]のは?", "ログの先頭は?"], ["[最初|一番最初]の[行|記録]を[教えて|見せて][ください|][。|]"]),
        ["last"] = new(["[最後|最新|一番最後][の記録|の行|の{4}|]は[どれ|どれですか|何|何ですか|]?", "最後に[記録された|報告した]のは?", "ログの末尾は?"], ["[最後|一番最後]の[行|記録]を[教えて|見せて][ください|][。|]"]),
        ["about"] = new(["{0}について[教えて|教えてください|説明して][。|]", "{0}は[どう|どうですか]?", "{0}を[要約|報告|説明]して[ください|][。|]", "{0}の全部を。"], ["{0}[のこと|の内容]を[教えて|説明して][ください|][。|]"]),
        ["event-at"] = new(["{5}に[何が|何か][ありましたか|起きましたか|あった]?", "{5}の[記録|出来事|内容]は?", "{5}は何の記録?"], ["{5}の[記録|内容|出来事]を[教えて|見せて][ください|][。|]"]),
        ["event-of"] = new(["{0}[で|に|は][何が|何か][ありましたか|起きましたか|あった]?", "{0}の[記録|履歴|出来事|ログ][は|を教えて][?|]", "{0}の経過は?"], ["{0}の[記録|出来事]を[見せて|説明して][ください|][。|]"]),
        ["event-when"] = new(["{0}が{2}のは[いつ|いつですか|何時|何時ですか]?", "{0}は[いつ|何時に]{2}?", "{0}が{2}時刻は?"], ["{0}が{2}[時間|時刻]を[教えて|見せて][ください|][。|]"]),
        ["event-did"] = new(["{0}は{2}か?", "{0}が{2}か[教えて|分かりますか]。", "{0}は本当に{2}?"], ["{0}が{2}か[確認して|見て][ください|]。", "{0}は{2}のですか?"]),
        ["event-why"] = new(["{0}が{2}[原因|理由|わけ]は[何ですか|何|なに|]?", "[なぜ|どうして|なんで]{0}は{2}[のですか|の|んですか|]?", "{0}が{2}のは[なぜ|どうして|なぜですか]?", "{0}の[何が悪い|どこがおかしい]のですか?", "{0}が{2}[原因|理由]を[教えて|知りたい][ください|][。|]", "{0}の問題は[何ですか|]?"], ["{0}が{2}原因を[見せて|調べて][ください|][。|]"]),
        ["event-who"] = new(["{2}のは[どれ|どれですか|どの機械|どの機械ですか|どこ|どこですか]?", "{2}[機械|設備]は?", "{2}のはだれ?"], ["{2}[機械|設備]は[どれ|どこ][ですか|]?"]),
        ["alarms"] = new(["[アラーム|警報]は[何件|いくつ|ありますか|ありましたか|ある|出ていますか]?", "[アラーム|警報]の[件数|数|一覧|内容]は?", "どの[機械|設備]で[アラーム|警報]が[出ましたか|発生しましたか|出た]?", "[アラーム|警報]を[教えて|挙げて][ください|][。|]", "[アラーム|警報]が出[ている|た]のは[どれ|どれですか|どこ|どこですか]?", "鳴ったのは?"], ["[アラーム|警報]が出た[機械|設備]は[どれ|どこ][ですか|]?", "[アラーム|警報]を[見せて|数えて][ください|][。|]"]),
    };
}
