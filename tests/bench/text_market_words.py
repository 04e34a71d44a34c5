"""The words of the written market: tasks by field of work in several wordings, what any advert and any CV says."""

Sayings = list[dict[str, list[str]]]


def _task(danish: str, english: str) -> dict[str, list[str]]:
    return {"da": danish.split(" | "), "en": english.split(" | ")}


# Keys are the first digits of ISCO-08; the longest that fits counts, "" is for the rest.
FIELDS: dict[str, Sayings] = {
    "": [
        _task(
            "Du planlægger dagens arbejde. | Jeg tilrettelægger selv mine opgaver.",
            "You plan the day's work. | I organise my own tasks.",
        ),
        _task(
            "Kvalitetssikring og dokumentation. | Kontrol af kvalitet.",
            "Quality assurance and documentation. | Checking quality.",
        ),
        _task("Samarbejde med kolleger på tværs.", "Working together across teams."),
        _task(
            "Vedligehold af udstyr. | Pasning af maskiner og værktøj.",
            "Maintaining equipment. | Looking after machines and tools.",
        ),
        _task("Oplæring af nye kolleger.", "Training new colleagues."),
    ],
    "1": [
        _task(
            "Budget og økonomistyring. | Ansvar for regnskab og budget.",
            "Budgets and financial control. | Responsible for accounts and budget.",
        ),
        _task(
            "Personaleledelse af 15 medarbejdere. | Leder for et team på femten.",
            "Managing a staff of 15. | Head of a team of fifteen.",
        ),
        _task("Strategi og forretningsudvikling.", "Strategy and business development."),
        _task(
            "Rapportering til bestyrelsen. | Jeg refererer til direktionen.",
            "Reporting to the board. | I report to the executives.",
        ),
        _task("Forhandling med leverandører.", "Negotiating with suppliers."),
    ],
    "2": [
        _task(
            "Analyse af data og rapporter. | Databehandling og statistik.",
            "Analysing data and reports. | Data processing and statistics.",
        ),
        _task("Projektledelse af faglige projekter.", "Leading professional projects. | Project management."),
        _task("Udarbejdelse af faglige notater. | Skrevet fagnotater.", "Writing professional memos."),
        _task("Rådgivning af brugere og kunder.", "Advising users and clients."),
        _task("Undersøgelser og metodeudvikling.", "Studies and development of methods."),
    ],
    "25": [
        _task(
            "Udvikling i Python og SQL. | Programmering, databaser.",
            "Development in Python and SQL. | Programming, databases.",
        ),
        _task(
            "Drift af servere og cloud. | Serverdrift, Kubernetes.",
            "Running servers and cloud. | Operations, Kubernetes.",
        ),
        _task("Test og fejlfinding. | Debugging og automatiske test.", "Testing and debugging. | Automated tests."),
        _task("Agile forløb med Scrum.", "Agile work with Scrum."),
        _task("Informationssikkerhed og adgangsstyring.", "Information security and access control."),
    ],
    "22": [
        _task(
            "Pleje og behandling af patienter. | Patientpleje på sengeafsnit.",
            "Care and treatment of patients. | Patient care on a ward.",
        ),
        _task(
            "Medicinhåndtering og dokumentation. | Dosering af medicin.",
            "Handling medicine and records. | Dispensing medication.",
        ),
        _task("Vagter aften, nat og weekend.", "Shifts at evening, night and weekend."),
        _task(
            "Dialog med pårørende. | Samtaler med familier.", "Talking with relatives. | Conversations with families."
        ),
        _task("Hygiejne og infektionsforebyggelse.", "Hygiene and prevention of infection."),
    ],
    "23": [
        _task(
            "Undervisning af børn og unge. | Jeg har undervist i grundskolen.",
            "Teaching children and young people. | I have taught at school.",
        ),
        _task("Forberedelse af lektioner.", "Preparing lessons."),
        _task("Skole-hjem-samarbejde. | Forældremøder.", "Working with parents. | Parents' meetings."),
        _task(
            "Evaluering af elevernes læring. | Eksamen og bedømmelse.",
            "Assessing pupils' learning. | Exams and marking.",
        ),
        _task("Inklusion og klasseledelse.", "Inclusion and classroom management."),
    ],
    "4": [
        _task(
            "Sagsbehandling og journalisering. | Arkivering af sager.", "Case handling and filing. | Keeping records."
        ),
        _task("Bogføring og fakturaer. | Kreditorer og debitorer.", "Bookkeeping and invoices. | Accounts payable."),
        _task(
            "Telefonpasning og reception. | Modtagelse af gæster.",
            "Answering phones and reception. | Receiving visitors.",
        ),
        _task("Kalenderstyring og mødereferater.", "Calendars and minutes of meetings."),
        _task("Kundeservice på mail og chat.", "Customer service by mail and chat."),
    ],
    "5": [
        _task("Betjening af kunder og kasse. | Salg i butik.", "Serving customers and the till. | Sales in a shop."),
        _task(
            "Madlavning og anretning. | Tilberedning af mad i køkkenet.",
            "Cooking and serving. | Preparing food in the kitchen.",
        ),
        _task("Opfyldning af varer og bestilling.", "Stocking shelves and ordering goods."),
        _task("Omsorg for ældre og borgere. | Hjælp i hjemmet.", "Care for the elderly. | Help at home."),
        _task("Rengøring efter lukketid.", "Cleaning after closing time."),
    ],
    "7": [
        _task(
            "Montage og reparation. | Samling og udbedring af fejl.",
            "Assembly and repair. | Fitting and mending faults.",
        ),
        _task("Svejsning og smedearbejde. | MIG og TIG.", "Welding and metalwork. | MIG and TIG."),
        _task("Læsning af tegninger. | Arbejder efter tegning.", "Reading drawings. | Working from plans."),
        _task("Arbejde på byggepladser. | Renovering af boliger.", "Work on building sites. | Renovating homes."),
        _task("Service hos kunder.", "Service at customers' sites."),
    ],
    "8": [
        _task("Kørsel med gods. | Distribution og levering af varer.", "Driving goods. | Distribution and delivery."),
        _task(
            "Overvågning af produktionslinjer. | Pasning af procesanlæg.",
            "Watching production lines. | Running process plant.",
        ),
        _task("Pakning og palletering.", "Packing and palletising."),
        _task("Omstilling af maskiner. | Indstilling af anlæg.", "Changing over machines. | Setting up plant."),
        _task("Sikkerhed og registrering af afvigelser.", "Safety and recording of deviations."),
    ],
    "9": [
        _task("Rengøring af lokaler. | Gulvvask og støvsugning.", "Cleaning rooms. | Washing floors and hoovering."),
        _task("Lagerarbejde og plukning. | Pluk og pak.", "Warehouse work and picking. | Pick and pack."),
        _task("Udendørs arbejde i al slags vejr.", "Outdoor work in all weather."),
        _task("Tunge løft i perioder.", "Heavy lifting at times."),
        _task("Sortering af affald og varer.", "Sorting waste and goods."),
    ],
}
ADVERT_NOISE = {
    "da": [
        "Vi tilbyder gode kolleger og en uformel tone.",
        "Løn efter gældende overenskomst og pension.",
        "Tiltrædelse snarest muligt.",
        "Send din ansøgning og dit CV via linket.",
        "Samtaler holdes løbende.",
        "Vi opfordrer alle uanset baggrund til at søge.",
        "Arbejdspladsen ligger tæt på tog og bus.",
        "Du er fleksibel, engageret og har humor.",
        "Stillingen er på 37 timer om ugen.",
        "Der er frokostordning, motionsrum og personaleforening.",
        "Vi er en virksomhed i vækst.",
    ],
    "en": [
        "We offer good colleagues and an informal tone.",
        "Pay according to the collective agreement, and a pension.",
        "Start as soon as possible.",
        "Send your application and CV by the link.",
        "Interviews are held continuously.",
        "We invite everyone to apply whatever their background.",
        "The workplace is close to train and bus.",
        "You are flexible, committed and good company.",
        "The position is 37 hours a week.",
        "There is lunch, a gym and a staff club.",
        "We are a growing company.",
    ],
}
CV_NOISE = {
    "da": [
        "Jeg er mødestabil og lærer hurtigt.",
        "Fritid: løb, fodbold og havearbejde.",
        "Referencer gives gerne.",
        "Jeg taler dansk og engelsk.",
        "Erfaren bruger af Word og Excel.",
        "Søger nye udfordringer tæt på hjemmet.",
        "Jeg er fleksibel, engageret og har humor.",
        "Uddannet i 2009.",
        "Jeg kan begynde snarest muligt.",
        "Gode kolleger betyder meget for mig.",
    ],
    "en": [
        "I am reliable and learn fast.",
        "Spare time: running, football and gardening.",
        "References on request.",
        "I speak Danish and English.",
        "Experienced with Word and Excel.",
        "Looking for new challenges close to home.",
        "I am flexible, committed and good company.",
        "Trained in 2009.",
        "I can start as soon as possible.",
        "Good colleagues matter to me.",
    ],
}
LICENCES = {
    "drive_b": {"da": "kørekort B", "en": "a driving licence (category B)"},
    "truck_b": {"da": "truckcertifikat B", "en": "a forklift certificate"},
    "hygiene": {"da": "hygiejnebevis", "en": "a food hygiene certificate"},
    "first_aid": {"da": "førstehjælpsbevis", "en": "a first aid certificate"},
}
TOWNS = ["Aarhus", "Odense", "Esbjerg", "Vejle", "Randers", "Næstved", "Hjørring", "Kolding"]
NAMES = [
    "Mette Hansen",
    "Mohammed Ali",
    "Jens Peter Nielsen",
    "Fatima Yilmaz",
    "Anna Kowalska",
    "Søren Østergaard",
    "Oleksandr Shevchenko",
    "Birgitte Møller",
    "John Smith",
    "Nguyen Thi Lan",
]
