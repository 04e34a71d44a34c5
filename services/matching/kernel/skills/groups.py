"""ESCO's second level of skills in Danish words: what each group is about, written from the groups' definitions.

They stand beside the training spans, so that a group of which no span was seen can be recognised too.
"""

PHRASES: dict[str, str] = {
    "A1": """
        initiativrig, ansvarlig, omhyggelig, tålmodig, punktlig, loyal, motiveret, engageret,
        omstillingsparat, stresstålmodig, lærenem, imødekommende, smilende, udadvendt, empatisk, nysgerrig,
        ærlig, pålidelig, målrettet, resultatorienteret, vedholdende, ordentlig, god til at holde orden,
        trives i et travlt miljø, godt humør, positiv indstilling, arbejder godt under pres, tager ansvar,
        tilpasningsdygtig, proaktiv, energisk, går op i kvalitet, rummelig
    """,
    "L1": """
        dansk, engelsk, tysk, fransk, spansk, arabisk, polsk, grønlandsk, skriver og taler flydende,
        fremmedsprog, sprog
    """,
    "S1": """
        kommunikere, samarbejde med kolleger, formidle, vejlede borgere, rådgive kunder, undervise, holde
        oplæg, forhandle, skabe relationer, løse konflikter, indgå i teams, dialog med pårørende, skrive
        tekster, udvikle nye idéer, designe, oversætte, sælge, præsentere, networking, opbygge tillid, lytte
    """,
    "S2": """
        indsamle oplysninger, analysere data, undersøge, dokumentere, overvåge, måle, registrere, evaluere,
        føre regnskab, beregne, udarbejde rapporter, journalføre, kontrollere kvalitet, researche, føre
        statistik, foretage målinger
    """,
    "S3": """
        yde omsorg, pleje patienter, hjælpe ældre, passe børn, give medicin, støtte borgere, behandle, servere
        mad, tilberede måltider, kundeservice, betjene gæster, beskytte, genoptræne, ledsage
    """,
    "S4": """
        lede medarbejdere, planlægge, organisere, koordinere, styre projekter, tilrettelægge arbejdet,
        ansætte, udvikle strategier, træffe beslutninger, drive udvikling, motivere, budgettere, prioritere
        opgaver, indkøbe, tage beslutninger, sikre drift, løse problemer, sætte mål, administrere
    """,
    "S5": """
        programmere, bruge it-systemer, arbejde i excel, opsætte computere, udvikle software, digitale
        værktøjer, databaser
    """,
    "S6": """
        løfte, flytte varer, pakke, sortere, rengøre, lægge på lager, transportere, håndtere affald, samle,
        laste, vaske, skære, plukke, fylde hylder, klargøre
    """,
    "S7": """
        bygge, montere, installere, reparere bygninger, male, mure, lægge gulv, tegne konstruktioner, vvs-
        arbejde, el-arbejde
    """,
    "S8": """
        betjene maskiner, køre truck, føre lastbil, svejse, vedligeholde udstyr, reparere køretøjer, indstille
        anlæg, kørekort
    """,
    "K00": "almen viden, personlig udvikling, læse og skrive",
    "K01": "pædagogik, undervisning, uddannelse, didaktik, læring, specialpædagogik",
    "K02": "kunst, musik, historie, religion, humaniora, design, litteratur, teater",
    "K03": "samfundsvidenskab, psykologi, økonomi, sociologi, journalistik, politik, biblioteksviden",
    "K04": """
        jura, lovgivning, regnskab, finans, markedsføring, administration, handel, ledelsesteori, forsikring,
        logistik, salg, ejendomme, skat, personalejura
    """,
    "K05": "matematik, fysik, kemi, biologi, statistik, naturvidenskab, miljø",
    "K06": """
        it, informatik, programmering, java, python, databaser, netværk, software, microsoft office, cloud,
        it-sikkerhed
    """,
    "K07": """
        teknik, maskinteknik, elektronik, automation, byggeri, mekanik, produktion, arkitektur, energi,
        materialer, levnedsmidler, robotteknologi
    """,
    "K08": "landbrug, skovbrug, gartneri, fiskeri, dyr, planter, veterinær",
    "K09": "sundhed, sygepleje, medicin, farmaci, tandpleje, terapi, socialt arbejde, omsorg for ældre, anatomi",
    "K10": """
        transport, turisme, hotel, restaurant, sikkerhed, hygiejne, arbejdsmiljø, rengøring, sport, militær,
        frisør
    """,
}


def phrases() -> list[tuple[str, str]]:
    """Each phrase with its group."""
    return [(" ".join(phrase.split()), group) for group, text in PHRASES.items() for phrase in text.split(",")]
